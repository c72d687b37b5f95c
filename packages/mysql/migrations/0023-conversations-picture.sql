ALTER TABLE conversations
  ADD COLUMN picture BINARY(16) NULL COMMENT 'of a group: a file…',
  ADD COLUMN picture_owner INT UNSIGNED NULL COMMENT '…and whose it is';
