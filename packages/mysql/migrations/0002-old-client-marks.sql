-- Up to where an llfcchat client without threads was pushed a conversation: it keeps no marks, and can ask for nothing.
-- Conversation 0 says that the user has such a client; of a conversation without a row it was pushed nothing.
CREATE TABLE old_client_marks (
  user_id INT UNSIGNED NOT NULL,
  conversation_id INT UNSIGNED NOT NULL,
  seq INT UNSIGNED NOT NULL,
  PRIMARY KEY (user_id, conversation_id)
) ENGINE = InnoDB;
