-- Pictures that llfcchat clients send: announced to chat, uploaded to the files service, sent by chat once they are whole.
CREATE TABLE old_uploads (
  owner_id INT UNSIGNED NOT NULL,
  cid VARBINARY(32) NOT NULL COMMENT 'of the message, or a name of ours for a picture of the user',
  conversation_id INT UNSIGNED NOT NULL COMMENT '0: a picture of the user',
  message_id INT UNSIGNED NOT NULL COMMENT 'what the client calls it; 0: a picture of the user',
  name VARBINARY(64) NOT NULL,
  md5 BINARY(16) NOT NULL,
  state TINYINT UNSIGNED NOT NULL DEFAULT 0 COMMENT '0 announced, 1 whole, 2 sent, 3 given up',
  file_id BINARY(16) NULL,
  created_at BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (owner_id, cid),
  KEY old_uploads_message (owner_id, message_id),
  KEY old_uploads_created (created_at)
) ENGINE = InnoDB;
