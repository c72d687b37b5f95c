-- A group that a user has left may be put away: the history stays, and the list of every device shows it no more.
ALTER TABLE user_conversations
  ADD COLUMN hidden TINYINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'put away; counts only while member is 0';
