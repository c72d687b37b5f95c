-- By which words people are found: a word of the nick from each place where one may begin, NFKC, lower-cased and without
-- accents; of a script without spaces that is every letter. Keyed by the word, so that it shards by `initial`.
-- Written with users.found_by, from which it is repaired; what it says is checked against the nick when it is read.
CREATE TABLE user_words (
  initial VARBINARY(4) NOT NULL COMMENT 'the first letter of the word',
  word VARBINARY(96) NOT NULL,
  user_id INT UNSIGNED NOT NULL,
  PRIMARY KEY (initial, word, user_id)
) ENGINE = InnoDB;
