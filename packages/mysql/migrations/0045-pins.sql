-- What is pinned for everybody in a conversation.
CREATE TABLE pins (
  conversation_id INT UNSIGNED NOT NULL,
  target_seq INT UNSIGNED NOT NULL,
  seq INT UNSIGNED NOT NULL COMMENT 'the entry that pinned it',
  PRIMARY KEY (conversation_id, target_seq),
  KEY pins_newest (conversation_id, seq)
) ENGINE = InnoDB;
