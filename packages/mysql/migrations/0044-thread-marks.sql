-- How far those have read a thread who began it, are in it or have looked at it.
CREATE TABLE thread_marks (
  conversation_id INT UNSIGNED NOT NULL,
  user_id INT UNSIGNED NOT NULL,
  root_seq INT UNSIGNED NOT NULL,
  read_seq INT UNSIGNED NOT NULL,
  PRIMARY KEY (conversation_id, user_id, root_seq)
) ENGINE = InnoDB;
