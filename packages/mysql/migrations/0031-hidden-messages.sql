-- Messages that users have deleted for themselves alone.
CREATE TABLE hidden_messages (
  conversation_id INT UNSIGNED NOT NULL,
  user_id INT UNSIGNED NOT NULL,
  seq INT UNSIGNED NOT NULL,
  PRIMARY KEY (conversation_id, user_id, seq)
) ENGINE = InnoDB;
