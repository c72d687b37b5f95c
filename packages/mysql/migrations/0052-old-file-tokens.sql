-- What an llfcchat client shows to the files service: of its present session, so one for each user.
CREATE TABLE old_file_tokens (
  user_id INT UNSIGNED NOT NULL,
  session_id BINARY(16) NOT NULL,
  token_hash BINARY(32) NOT NULL COMMENT 'SHA-256',
  address VARBINARY(45) NOT NULL COMMENT 'of the client: it asks for some things before it shows the token',
  shown TINYINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'it has been: the client knows pictures',
  created_at BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (user_id),
  KEY old_file_tokens_address (address)
) ENGINE = InnoDB;
