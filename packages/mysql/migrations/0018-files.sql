-- What users have uploaded. Only its owner can attach a file, so that whoever knows a message knows whose its files are, and a file
-- and its owner's budget lie together.
CREATE TABLE files (
  owner_id INT UNSIGNED NOT NULL,
  id BINARY(16) NOT NULL COMMENT 'random; names it in the storage, too',
  state TINYINT UNSIGNED NOT NULL COMMENT '0 uploading, 1 processing, 2 ready, 3 being deleted',
  name VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  declared BIGINT UNSIGNED NOT NULL COMMENT 'bytes, as its owner said and is charged for',
  bytes BIGINT UNSIGNED NOT NULL COMMENT 'as others get it',
  as_it_is TINYINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'nothing is to be taken out of it',
  kind TINYINT UNSIGNED NOT NULL DEFAULT 0 COMMENT '0 file, 1 image, 2 video, 3 audio',
  type VARBINARY(127) NOT NULL DEFAULT '' COMMENT 'found from its bytes',
  width INT UNSIGNED NULL,
  height INT UNSIGNED NULL,
  thumbhash VARBINARY(64) NULL,
  previews TINYINT UNSIGNED NOT NULL DEFAULT 0,
  created_at BIGINT UNSIGNED NOT NULL,
  due_at BIGINT UNSIGNED NULL COMMENT 'when the sweep looks whether it is still wanted; NULL: somebody uses it',
  PRIMARY KEY (owner_id, id),
  KEY files_due (due_at)
) ENGINE = InnoDB;
