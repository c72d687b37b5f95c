-- What became of a message since it was sent; of most nothing, and nothing is written for it.
ALTER TABLE messages
  ADD COLUMN state TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL COMMENT 'JSON: apps/chat/src/log/message-state.ts';
