-- Stores a code of an address, in place of the one before.
-- KEYS[1] the address's code: hash {hash, purpose, source, wrong, wrong_elsewhere}
-- ARGV[1] hash  ARGV[2] purpose (register, reset, any)  ARGV[3] source that asked for it  ARGV[4] life in ms
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'hash', ARGV[1], 'purpose', ARGV[2], 'source', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
