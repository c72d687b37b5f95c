CREATE TABLE threads (
  conversation_id INT UNSIGNED NOT NULL,
  root_seq INT UNSIGNED NOT NULL,
  replies INT UNSIGNED NOT NULL,
  last_seq INT UNSIGNED NOT NULL,
  PRIMARY KEY (conversation_id, root_seq)
) ENGINE = InnoDB;
