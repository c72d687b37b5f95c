-- Times are milliseconds since 1970 (UTC). Keys that must be byte-exact are VARBINARY, normalised by the writer.
-- Message and membership tables are keyed by the conversation, list tables by the user; nothing joins the two.

CREATE TABLE users (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT,
  email_key VARBINARY(254) NOT NULL COMMENT 'lower-cased',
  name_key VARBINARY(128) NOT NULL COMMENT 'NFKC, lower-cased',
  name VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  nick VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  description VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  sex TINYINT UNSIGNED NOT NULL DEFAULT 0,
  icon VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  password_hash VARBINARY(255) NOT NULL COMMENT 'PHC string',
  generation INT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'sessions of a lower one are void',
  created_at BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY users_email (email_key),
  UNIQUE KEY users_name (name_key)
) ENGINE = InnoDB;

CREATE TABLE sessions (
  user_id INT UNSIGNED NOT NULL,
  id BINARY(16) NOT NULL,
  generation INT UNSIGNED NOT NULL,
  device_class VARBINARY(16) NOT NULL,
  device_name VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  platform VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  created_at BIGINT UNSIGNED NOT NULL,
  last_seen_at BIGINT UNSIGNED NOT NULL,
  expires_at BIGINT UNSIGNED NOT NULL,
  ended_at BIGINT UNSIGNED NULL,
  PRIMARY KEY (user_id, id),
  KEY sessions_expiry (expires_at)
) ENGINE = InnoDB;

CREATE TABLE friend_requests (
  to_id INT UNSIGNED NOT NULL,
  from_id INT UNSIGNED NOT NULL,
  note VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  alias VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '' COMMENT 'the asker''s name for the asked',
  state TINYINT UNSIGNED NOT NULL DEFAULT 0 COMMENT '0 pending, 1 accepted, 2 declined',
  created_at BIGINT UNSIGNED NOT NULL,
  updated_at BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (to_id, from_id),
  KEY friend_requests_to (to_id, updated_at, from_id),
  KEY friend_requests_from (from_id, updated_at, to_id)
) ENGINE = InnoDB;

CREATE TABLE friendships (
  user_id INT UNSIGNED NOT NULL,
  friend_id INT UNSIGNED NOT NULL,
  alias VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  conversation_id INT UNSIGNED NOT NULL,
  created_at BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (user_id, friend_id)
) ENGINE = InnoDB;

CREATE TABLE blocks (
  user_id INT UNSIGNED NOT NULL,
  blocked_id INT UNSIGNED NOT NULL,
  created_at BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (user_id, blocked_id)
) ENGINE = InnoDB;

CREATE TABLE conversations (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT,
  kind TINYINT UNSIGNED NOT NULL COMMENT '1 direct, 2 group',
  title VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  direct_key BINARY(8) NULL COMMENT 'both user ids, the lower first, big endian',
  created_by INT UNSIGNED NOT NULL,
  create_cid VARBINARY(32) NULL COMMENT 'the creator''s name for the creation of a group',
  head_seq INT UNSIGNED NOT NULL DEFAULT 0,
  last_at BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'sent_at of the head',
  members_version INT UNSIGNED NOT NULL DEFAULT 1,
  member_count INT UNSIGNED NOT NULL DEFAULT 0,
  created_at BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY conversations_direct (direct_key),
  UNIQUE KEY conversations_creation (created_by, create_cid)
) ENGINE = InnoDB;

CREATE TABLE members (
  conversation_id INT UNSIGNED NOT NULL,
  user_id INT UNSIGNED NOT NULL,
  role TINYINT UNSIGNED NOT NULL DEFAULT 0 COMMENT '0 member, 1 admin, 2 owner',
  muted_until BIGINT UNSIGNED NOT NULL DEFAULT 0,
  joined_seq INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'the head when this interval began: sees what is above',
  left_seq INT UNSIGNED NULL COMMENT 'the head when it ended: sees nothing above; NULL while a member',
  read_seq INT UNSIGNED NOT NULL DEFAULT 0,
  received_seq INT UNSIGNED NOT NULL DEFAULT 0,
  blocked TINYINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'direct only: this member has blocked the other',
  friend TINYINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'direct only: the two are friends; the same in both rows',
  PRIMARY KEY (conversation_id, user_id)
) ENGINE = InnoDB;

-- Earlier intervals of members who left and came back.
CREATE TABLE member_intervals (
  conversation_id INT UNSIGNED NOT NULL,
  user_id INT UNSIGNED NOT NULL,
  joined_seq INT UNSIGNED NOT NULL,
  left_seq INT UNSIGNED NOT NULL,
  PRIMARY KEY (conversation_id, user_id, joined_seq)
) ENGINE = InnoDB;

-- What a user sees in the list; repairable from members, never written per message.
CREATE TABLE user_conversations (
  user_id INT UNSIGNED NOT NULL,
  conversation_id INT UNSIGNED NOT NULL,
  kind TINYINT UNSIGNED NOT NULL,
  peer_id INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'direct only: the other one',
  pinned TINYINT UNSIGNED NOT NULL DEFAULT 0,
  silenced TINYINT UNSIGNED NOT NULL DEFAULT 0,
  member TINYINT UNSIGNED NOT NULL DEFAULT 1 COMMENT '0 after leaving or removal; the row stays for the history',
  joined_at BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (user_id, conversation_id)
) ENGINE = InnoDB;

CREATE TABLE messages (
  conversation_id INT UNSIGNED NOT NULL,
  seq INT UNSIGNED NOT NULL,
  sender_id INT UNSIGNED NOT NULL,
  cid VARBINARY(32) NOT NULL,
  sent_at BIGINT UNSIGNED NOT NULL,
  reply_to INT UNSIGNED NULL,
  text TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  PRIMARY KEY (conversation_id, seq),
  UNIQUE KEY messages_cid (conversation_id, sender_id, cid)
) ENGINE = InnoDB;
