-- Says of a column what it means by now; nothing of it changes.
ALTER TABLE users
  MODIFY COLUMN added_by TINYINT UNSIGNED NOT NULL DEFAULT 1
  COMMENT 'who may add the user to groups: apps/chat/src/membership/added-by.ts';
