-- The end of a log is read from the log. How far a reader found it stays as a hint; what wrote the head with each message
-- cannot any more, so that an earlier release stops writing here.
ALTER TABLE conversations
  RENAME COLUMN head_seq TO hint_seq,
  RENAME COLUMN last_at TO hint_at,
  ADD COLUMN hint_uncounted INT UNSIGNED NOT NULL DEFAULT 0,
  ALTER COLUMN members_version SET DEFAULT 0;
