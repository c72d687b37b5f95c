-- Redeems the code of an address once; the last wrong attempt allowed ends it.
-- KEYS[1] the address's code: hash {hash, purpose, wrong}
-- ARGV[1] hash of the code given  ARGV[2] purpose asked  ARGV[3] attempts at most
-- Answers ok, wrong or expired.
local stored = redis.call('HMGET', KEYS[1], 'hash', 'purpose')
if not stored[1] then
  return 'expired'
end
if stored[1] == ARGV[1] and (stored[2] == ARGV[2] or stored[2] == 'any') then
  redis.call('DEL', KEYS[1])
  return 'ok'
end
if redis.call('HINCRBY', KEYS[1], 'wrong', 1) >= tonumber(ARGV[3]) then
  redis.call('DEL', KEYS[1])
end
return 'wrong'
