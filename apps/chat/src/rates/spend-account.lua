-- KEYS: one counter for each window (one user's, in one slot)
-- ARGV: how many to count; then for each window how many it takes, and its length in milliseconds
-- Answers 0 when all were counted; else the milliseconds until they may be, and nothing was.
local n = tonumber(ARGV[1])
for i, key in ipairs(KEYS) do
  if tonumber(redis.call('GET', key) or '0') + n > tonumber(ARGV[2 * i]) then
    return math.max(1, redis.call('PTTL', key))
  end
end
for i, key in ipairs(KEYS) do
  redis.call('INCRBY', key, n)
  if redis.call('PTTL', key) < 0 then redis.call('PEXPIRE', key, ARGV[2 * i + 1]) end
end
return 0
