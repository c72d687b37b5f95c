-- What messages said before they were edited; `seq` is the entry that replaced it. Goes with the message when that is recalled.
CREATE TABLE message_versions (
  conversation_id INT UNSIGNED NOT NULL,
  target_seq INT UNSIGNED NOT NULL,
  seq INT UNSIGNED NOT NULL,
  at BIGINT UNSIGNED NOT NULL COMMENT 'since when it said so',
  text TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  PRIMARY KEY (conversation_id, target_seq, seq)
) ENGINE = InnoDB;
