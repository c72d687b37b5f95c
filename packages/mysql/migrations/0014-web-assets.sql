-- The web client's files that are named after their content, of every build that has been served of late: any gate can
-- answer for any of them, while one build takes over from another and after.
CREATE TABLE web_assets (
  name VARBINARY(128) NOT NULL COMMENT 'below assets/',
  content MEDIUMBLOB NOT NULL COMMENT 'compressed with Brotli',
  seen_at BIGINT UNSIGNED NOT NULL COMMENT 'when a gate that has it in its folder was running',
  PRIMARY KEY (name),
  KEY web_assets_seen (seen_at)
) ENGINE = InnoDB;
