-- Messages that users have marked for themselves.
CREATE TABLE bookmarks (
  user_id INT UNSIGNED NOT NULL,
  conversation_id INT UNSIGNED NOT NULL,
  seq INT UNSIGNED NOT NULL,
  at BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (user_id, conversation_id, seq),
  KEY bookmarks_newest (user_id, at, conversation_id, seq)
) ENGINE = InnoDB;
