CREATE INDEX users_words_stale ON users (words_stale, id);
