-- Of a reply in a thread the message below which it stands.
ALTER TABLE messages ADD COLUMN thread_root INT UNSIGNED NULL;
