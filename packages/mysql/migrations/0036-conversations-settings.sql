-- What a group has beside its title and its picture; of most nothing.
ALTER TABLE conversations
  ADD COLUMN settings TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL COMMENT 'JSON: GroupSettings of packages/wire/src/answers.ts, what differs from a new group';
