-- What a group was called and how many were in it when a member left: what a former member is told, whatever comes later.
ALTER TABLE members
  ADD COLUMN left_title VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL COMMENT 'the title at left_seq; NULL while a member',
  ADD COLUMN left_count INT UNSIGNED NULL COMMENT 'the members left at left_seq; NULL while a member';
