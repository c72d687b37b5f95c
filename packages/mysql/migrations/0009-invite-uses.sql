-- Who has used an invite; `settled` when the two have become friends by it, which follows the registration.
CREATE TABLE invite_uses (
  inviter_id INT UNSIGNED NOT NULL,
  secret BINARY(16) NOT NULL,
  user_id INT UNSIGNED NOT NULL,
  used_at BIGINT UNSIGNED NOT NULL,
  settled TINYINT UNSIGNED NOT NULL DEFAULT 0,
  PRIMARY KEY (inviter_id, secret, user_id)
) ENGINE = InnoDB;
