-- The numbers that llfcchat clients know messages by: unique over all conversations, ascending within each, the same for
-- everybody. A range is given out when such a client is told of the first message in it; plain messages write nothing here.
CREATE TABLE old_message_ranges (
  conversation_id INT UNSIGNED NOT NULL,
  first_seq INT UNSIGNED NOT NULL COMMENT 'the ranges of a conversation follow each other, from 1 on',
  first_id INT UNSIGNED NOT NULL COMMENT 'of the message first_seq; all ranges follow each other, from 16777216 on',
  length INT UNSIGNED NOT NULL COMMENT 'messages in it',
  PRIMARY KEY (conversation_id, first_seq),
  UNIQUE KEY old_message_ranges_id (first_id)
) ENGINE = InnoDB;
