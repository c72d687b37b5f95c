-- Adds something to the news that every replica tails.
--
-- ARGV[2] its kind  [3] what it says (JSON)
-- Answers its id.
return redis.call('XADD', NEWS, 'MAXLEN', '~', 20000, '*', ARGV[2], ARGV[3])
