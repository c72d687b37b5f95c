-- Removes the code of an address, unless another one has taken its place.
-- KEYS[1] the address's code: hash {hash, purpose, ...}
-- ARGV[1] hash
if redis.call('HGET', KEYS[1], 'hash') == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0
