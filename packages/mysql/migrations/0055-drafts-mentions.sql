-- Whom a draft means, and by which of its words. A pod of the release before changes the text and leaves these: those that are no words of it are none.
ALTER TABLE drafts
  ADD COLUMN mentions TEXT CHARACTER SET ascii NULL COMMENT 'JSON, as in messages.state';
