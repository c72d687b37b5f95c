CREATE TABLE thread_replies (
  conversation_id INT UNSIGNED NOT NULL,
  root_seq INT UNSIGNED NOT NULL,
  seq INT UNSIGNED NOT NULL,
  PRIMARY KEY (conversation_id, root_seq, seq)
) ENGINE = InnoDB;
