-- Empty: by none. A node of the version before changes the nick alone, which the next migration's column tells.
ALTER TABLE users
  ADD COLUMN found_by VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT ''
  COMMENT 'the nick whose words are in user_words';
