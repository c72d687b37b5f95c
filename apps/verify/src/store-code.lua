-- Has an address's code mailed once more, or stores a new one in its place: when there is none, it is for something else, or
-- who asks has used up their attempts at it. Attempts stay counted however often it is mailed.
-- KEYS[1] the address's code: hash {hash, nonce (what it is derived from), told, purpose, mailed, wrong_elsewhere, and for each
--   source that asked for it asker:<source> (wrong attempts from there)}
-- ARGV[1] hash of a new one  [2] its nonce  [3] told: 1 when the address is mailed a code  [4] purpose (register, reset, any)
-- ARGV[5] source that asks  [6] life in ms, from now on  [7] attempts at most
-- Answers {hash, nonce} of the code that is to be mailed.
local key, asker = KEYS[1], 'asker:' .. ARGV[5]
local known = redis.call('HMGET', key, 'hash', 'nonce', 'told', 'purpose', asker)
local is_same = known[2] and known[3] == ARGV[3] and known[4] == ARGV[4]
if is_same and (tonumber(known[5]) or 0) < tonumber(ARGV[7]) then
  redis.call('HSETNX', key, asker, 0)
  redis.call('PEXPIRE', key, ARGV[6])
  return { known[1], known[2] }
end
redis.call('DEL', key)
redis.call('HSET', key, 'hash', ARGV[1], 'nonce', ARGV[2], 'told', ARGV[3], 'purpose', ARGV[4], asker, 0)
redis.call('PEXPIRE', key, ARGV[6])
return { ARGV[1], ARGV[2] }
