-- Notes that a code of an address was mailed, unless another one has taken its place.
-- KEYS[1] the address's code: a hash as in store-code.lua
-- ARGV[1] hash
if redis.call('HGET', KEYS[1], 'hash') ~= ARGV[1] then return 0 end
return redis.call('HSET', KEYS[1], 'mailed', 1)
