-- Links that bring somebody in and make the two friends. Keyed by who invites, whose id the link holds.
CREATE TABLE invites (
  user_id INT UNSIGNED NOT NULL,
  secret BINARY(16) NOT NULL,
  max_uses INT UNSIGNED NOT NULL,
  uses INT UNSIGNED NOT NULL DEFAULT 0,
  created_at BIGINT UNSIGNED NOT NULL,
  expires_at BIGINT UNSIGNED NOT NULL,
  revoked_at BIGINT UNSIGNED NULL,
  PRIMARY KEY (user_id, secret),
  KEY invites_created (user_id, created_at)
) ENGINE = InnoDB;
