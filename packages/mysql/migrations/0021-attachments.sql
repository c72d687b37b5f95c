-- The files of messages, as they are told: of the message's sender, who owns them.
CREATE TABLE attachments (
  conversation_id INT UNSIGNED NOT NULL,
  seq INT UNSIGNED NOT NULL,
  position TINYINT UNSIGNED NOT NULL,
  file_id BINARY(16) NOT NULL,
  kind TINYINT UNSIGNED NOT NULL COMMENT '0 file, 1 image, 2 video, 3 audio, 4 voice',
  name VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  type VARBINARY(127) NOT NULL,
  bytes BIGINT UNSIGNED NOT NULL,
  width INT UNSIGNED NULL,
  height INT UNSIGNED NULL,
  duration_ms INT UNSIGNED NULL,
  thumbhash VARBINARY(64) NULL,
  waveform BINARY(64) NULL,
  previews TINYINT UNSIGNED NOT NULL DEFAULT 0,
  PRIMARY KEY (conversation_id, seq, position),
  KEY attachments_kind (conversation_id, kind, seq)
) ENGINE = InnoDB;
