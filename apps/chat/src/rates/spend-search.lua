-- KEYS: searches of this minute, strangers shown of this day (one user's, in one slot)
-- ARGV: searches a minute, strangers a day, searches to count, strangers to count
-- Answers 0, or the milliseconds until the user may search again.
local function count(key, by, windowMs)
  local n = redis.call('INCRBY', key, by)
  if redis.call('PTTL', key) < 0 then redis.call('PEXPIRE', key, windowMs) end
  return n
end
local shown = tonumber(redis.call('GET', KEYS[2]) or '0')
if tonumber(ARGV[4]) > 0 then count(KEYS[2], ARGV[4], 86400000) end
if tonumber(ARGV[3]) == 0 then return 0 end
if shown >= tonumber(ARGV[2]) then return math.max(1, redis.call('PTTL', KEYS[2])) end
if tonumber(redis.call('GET', KEYS[1]) or '0') >= tonumber(ARGV[1]) then
  return math.max(1, redis.call('PTTL', KEYS[1]))
end
count(KEYS[1], ARGV[3], 60000)
return 0
