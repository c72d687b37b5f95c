-- So that nobody looks for threads where there are none.
ALTER TABLE conversations
  ADD COLUMN threaded TINYINT UNSIGNED NOT NULL DEFAULT 0 COMMENT '1: threads has some of it';
