-- So that nobody looks for hidden messages where there are none.
ALTER TABLE conversations
  ADD COLUMN hides TINYINT UNSIGNED NOT NULL DEFAULT 0 COMMENT '1: hidden_messages has some of it';
