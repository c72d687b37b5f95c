-- So that only messages that have any are looked up there.
ALTER TABLE messages ADD COLUMN attachments TINYINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'rows of it in attachments';
