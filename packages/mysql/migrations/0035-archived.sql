-- A conversation in a user's archive: it comes back by itself with what is above this seq, without a write.
ALTER TABLE user_conversations
  ADD COLUMN archived_seq INT UNSIGNED NULL COMMENT 'the head when it was archived; NULL: it is not';
