-- Stores the code of an address, in place of the one before.
-- KEYS[1] the address's code: hash {hash, purpose, wrong}
-- ARGV[1] hash  ARGV[2] purpose (register, reset, any)  ARGV[3] life in ms
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'hash', ARGV[1], 'purpose', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
