-- Whom a text that is sent later means, as of drafts.
ALTER TABLE scheduled_messages
  ADD COLUMN mentions TEXT CHARACTER SET ascii NULL COMMENT 'JSON, as in messages.state';
