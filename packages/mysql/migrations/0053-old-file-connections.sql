-- From where llfcchat clients are connected to the files service: who logs in from there knows pictures.
CREATE TABLE old_file_connections (
  address VARBINARY(45) NOT NULL,
  service BINARY(8) NOT NULL COMMENT 'the process that has them',
  seen_at BIGINT UNSIGNED NOT NULL COMMENT 'told anew each minute',
  PRIMARY KEY (address, service),
  KEY old_file_connections_seen (seen_at)
) ENGINE = InnoDB;
