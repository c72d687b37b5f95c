ALTER TABLE users ADD COLUMN added_by TINYINT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'who may add the user to groups: 0 nobody, 1 friends';
