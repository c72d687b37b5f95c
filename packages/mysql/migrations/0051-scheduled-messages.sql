-- Texts that are sent later. Whichever node finds one due takes it for a while, and sends it under its cid, so that it is stored once.
CREATE TABLE scheduled_messages (
  user_id INT UNSIGNED NOT NULL,
  conversation_id INT UNSIGNED NOT NULL,
  cid VARBINARY(32) NOT NULL,
  at BIGINT UNSIGNED NOT NULL,
  look_at BIGINT UNSIGNED NULL COMMENT 'when a node looks at it next: at, or later when one has taken it; NULL: it has failed',
  failed VARBINARY(32) NULL COMMENT 'code of the error',
  reply_to INT UNSIGNED NULL,
  text TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  PRIMARY KEY (user_id, conversation_id, cid),
  KEY scheduled_messages_due (look_at)
) ENGINE = InnoDB;
