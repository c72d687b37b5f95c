-- Links by which anyone may join a group. Keyed by the group, whose id the link holds.
CREATE TABLE group_links (
  conversation_id INT UNSIGNED NOT NULL,
  secret BINARY(16) NOT NULL,
  created_by INT UNSIGNED NOT NULL,
  max_uses INT UNSIGNED NULL COMMENT 'NULL: any number',
  uses INT UNSIGNED NOT NULL DEFAULT 0,
  created_at BIGINT UNSIGNED NOT NULL,
  expires_at BIGINT UNSIGNED NULL COMMENT 'NULL: never',
  revoked_at BIGINT UNSIGNED NULL,
  PRIMARY KEY (conversation_id, secret)
) ENGINE = InnoDB;
