CREATE TABLE reactions (
  conversation_id INT UNSIGNED NOT NULL,
  target_seq INT UNSIGNED NOT NULL,
  emoji VARBINARY(64) NOT NULL COMMENT 'UTF-8',
  user_id INT UNSIGNED NOT NULL,
  at BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (conversation_id, target_seq, emoji, user_id)
) ENGINE = InnoDB;
