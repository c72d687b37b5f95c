-- What chat nodes are still to be told of sessions that ended: written with the change itself, deleted when all were told.
-- Times are of the server's clock, since several processes go by them.
CREATE TABLE revocations (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  user_id INT UNSIGNED NOT NULL,
  generation INT UNSIGNED NOT NULL COMMENT 'sessions of a lower one are void; 0: only those named',
  session_ids VARBINARY(8192) NOT NULL COMMENT '16 bytes each',
  reason VARBINARY(64) NOT NULL,
  handed TINYINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'times that status has taken it',
  due_at BIGINT UNSIGNED NOT NULL,
  created_at BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (id),
  KEY revocations_due (due_at)
) ENGINE = InnoDB
