-- What a user has uploaded; its row is locked while an upload begins or ends.
CREATE TABLE file_budgets (
  owner_id INT UNSIGNED NOT NULL,
  total_bytes BIGINT UNSIGNED NOT NULL DEFAULT 0,
  day INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'since 1970',
  day_bytes BIGINT UNSIGNED NOT NULL DEFAULT 0,
  open_uploads INT UNSIGNED NOT NULL DEFAULT 0,
  PRIMARY KEY (owner_id)
) ENGINE = InnoDB;
