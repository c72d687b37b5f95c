-- When members wrote last in groups with a slow mode; written with their messages, and nowhere else.
CREATE TABLE slow_paces (
  conversation_id INT UNSIGNED NOT NULL,
  user_id INT UNSIGNED NOT NULL,
  sent_at BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (conversation_id, user_id)
) ENGINE = InnoDB;
