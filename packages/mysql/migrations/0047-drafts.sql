-- What users have typed and not sent.
CREATE TABLE drafts (
  user_id INT UNSIGNED NOT NULL,
  conversation_id INT UNSIGNED NOT NULL,
  at BIGINT UNSIGNED NOT NULL,
  reply_to INT UNSIGNED NULL,
  text TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  PRIMARY KEY (user_id, conversation_id)
) ENGINE = InnoDB;
