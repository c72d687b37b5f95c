-- A user may have a conversation shown as unread, though everything in it was read.
ALTER TABLE user_conversations
  ADD COLUMN unread TINYINT UNSIGNED NOT NULL DEFAULT 0 COMMENT '1: marked as unread';
