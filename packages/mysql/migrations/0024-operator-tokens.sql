-- What operators show to status, each with a name and scopes of its own. A token is shown once, when it is made; here are hashes.
CREATE TABLE operator_tokens (
  id VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'the part of the token that is no secret',
  name VARCHAR(63) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  scope VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'read or operate',
  secret_hash BINARY(32) NOT NULL COMMENT 'SHA-256',
  previous_hash BINARY(32) NULL COMMENT 'of the secret before the last rotation',
  previous_until BIGINT UNSIGNED NULL COMMENT 'so long it is still good',
  created_by VARCHAR(63) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at BIGINT UNSIGNED NOT NULL,
  rotated_at BIGINT UNSIGNED NULL,
  expires_at BIGINT UNSIGNED NOT NULL,
  used_at BIGINT UNSIGNED NULL COMMENT 'to the minute',
  revoked_at BIGINT UNSIGNED NULL,
  PRIMARY KEY (id),
  UNIQUE KEY operator_tokens_name (name)
) ENGINE = InnoDB;
