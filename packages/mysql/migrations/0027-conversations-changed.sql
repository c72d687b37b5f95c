ALTER TABLE conversations
  ADD COLUMN changed_seq INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'the entry that changed a message last: what was read before is out of date';
