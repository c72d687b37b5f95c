-- Who uses a file: written before what uses it, so that a use of which nothing came is found and taken back.
CREATE TABLE file_uses (
  owner_id INT UNSIGNED NOT NULL,
  file_id BINARY(16) NOT NULL,
  kind TINYINT UNSIGNED NOT NULL COMMENT '0 a message, 1 a profile, 2 a group',
  place INT UNSIGNED NOT NULL COMMENT 'the conversation, the user or the group',
  cid VARBINARY(32) NOT NULL DEFAULT '' COMMENT 'of the owner''s message',
  claimed_at BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (owner_id, file_id, kind, place, cid)
) ENGINE = InnoDB;
