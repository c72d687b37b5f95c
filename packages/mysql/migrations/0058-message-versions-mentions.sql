-- Whom the words mean that were replaced: who sees what was there then sees that, too.
ALTER TABLE message_versions
  ADD COLUMN mentions TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL COMMENT 'JSON, as in messages.state';
