-- What was chosen in polls; of an anonymous one nobody is told who did.
CREATE TABLE poll_votes (
  conversation_id INT UNSIGNED NOT NULL,
  target_seq INT UNSIGNED NOT NULL,
  choice TINYINT UNSIGNED NOT NULL COMMENT 'index of the option',
  user_id INT UNSIGNED NOT NULL,
  PRIMARY KEY (conversation_id, target_seq, choice, user_id)
) ENGINE = InnoDB;
