-- The log of a conversation holds more than messages. What was there are texts, so that both defaults say what is true, and
-- nothing is written for it.
ALTER TABLE messages
  ADD COLUMN kind TINYINT UNSIGNED NOT NULL DEFAULT 0 COMMENT '0 text; others: apps/chat/src/log/entry-kinds.ts',
  ADD COLUMN uncounted INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'entries up to this one, and with it, that no person counts: the ordinal is seq less it';
