-- Open groups by the words of their titles, as people are by those of their nicks (user_words); by the empty word all of them.
CREATE TABLE open_group_words (
  initial VARBINARY(4) NOT NULL COMMENT 'the first letter of the word',
  word VARBINARY(96) NOT NULL,
  conversation_id INT UNSIGNED NOT NULL,
  PRIMARY KEY (initial, word, conversation_id),
  KEY open_group_words_of (conversation_id)
) ENGINE = InnoDB;
