-- Of a forwarded message: whose its files are.
ALTER TABLE attachments
  ADD COLUMN owner_id INT UNSIGNED NULL COMMENT 'NULL: the sender of the message';
