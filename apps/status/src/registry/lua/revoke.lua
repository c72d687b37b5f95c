-- Adds a revocation to the news that every replica tails.
--
-- ARGV[2] revocation (JSON)
-- Answers its id.
return redis.call('XADD', NEWS, 'MAXLEN', '~', 20000, '*', 'revocation', ARGV[2])
