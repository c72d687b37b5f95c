-- Who is writing an upload, where several processes may: a lease, that another who wants it asks for.
CREATE TABLE upload_locks (
  file_id BINARY(16) NOT NULL,
  holder BINARY(16) NOT NULL,
  wanted TINYINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'somebody waits for it',
  until_at BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (file_id)
) ENGINE = InnoDB;
