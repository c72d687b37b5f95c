-- Removes a code of an address that was never mailed, unless another one has taken its place.
-- KEYS[1] the address's code: a hash as in store-code.lua
-- ARGV[1] hash
local known = redis.call('HMGET', KEYS[1], 'hash', 'mailed')
if known[1] == ARGV[1] and not known[2] then return redis.call('DEL', KEYS[1]) end
return 0
