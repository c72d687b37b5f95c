ALTER TABLE users
  ADD COLUMN words_stale TINYINT UNSIGNED GENERATED ALWAYS AS (IF(found_by = nick, 0, 1)) VIRTUAL
  COMMENT '1 while user_words lags behind the nick';
