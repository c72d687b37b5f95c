-- Whom messages mean. The ranges of the words stand in messages.state; here is what is counted and found.
CREATE TABLE mentions (
  conversation_id INT UNSIGNED NOT NULL,
  user_id INT UNSIGNED NOT NULL COMMENT '0: everybody',
  seq INT UNSIGNED NOT NULL,
  PRIMARY KEY (conversation_id, user_id, seq)
) ENGINE = InnoDB;
