-- So that nobody looks for mentions where there are no newer ones.
ALTER TABLE conversations
  ADD COLUMN mentioned_seq INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'the newest message that means somebody';
