-- Takes one code out of every budget, or out of none. Each budget is the log of the codes issued within its window, so
-- that no burst at a window's edge doubles it and a mail that failed can be given back. A source of which the address's
-- budgets have nothing yet may go on to twice those: nobody who asks in another's name leaves them without.
-- KEYS[1] marks the address while its last code is fresh and unused: issue id
-- KEYS[2..n] budgets: sorted sets issue id -> ms; the first ones are the address's; all in one slot
-- ARGV[1] issue id, "<source>:..."  ARGV[2] ms between two codes for the address  ARGV[3] how many budgets are the address's
-- ARGV[2i], ARGV[2i+1] of KEYS[i]: codes at most, window in ms
-- Answers {1, ms until the address may ask again} or {0, ms until all budgets have room}.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local interval, own = tonumber(ARGV[2]), 1 + tonumber(ARGV[3])
local wait = math.max(0, redis.call('PTTL', KEYS[1]))
local source = string.match(ARGV[1], '^[^:]*:')

local function is_new(key)
  for _, id in ipairs(redis.call('ZRANGE', key, 0, -1)) do
    if string.sub(id, 1, #source) == source then return false end
  end
  return true
end

-- Ms until the budget has room for one more than its limit allows now.
local function until_room(key, limit, window)
  local count = redis.call('ZCARD', key)
  if count < limit then return 0 end
  local freeing = redis.call('ZRANGE', key, count - limit, count - limit, 'WITHSCORES')
  return freeing[2] + window - now
end

for i = 2, #KEYS do
  local limit, window = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', now - window)
  if i <= own and is_new(KEYS[i]) then limit = 2 * limit end
  wait = math.max(wait, until_room(KEYS[i], limit, window))
end
if wait > 0 then
  return {0, math.ceil(wait)}
end
for i = 2, #KEYS do
  redis.call('ZADD', KEYS[i], now, ARGV[1])
  redis.call('PEXPIRE', KEYS[i], ARGV[2 * i + 1])
end
if interval > 0 then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', interval)
end
for i = 2, own do
  interval = math.max(interval, until_room(KEYS[i], tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])))
end
return {1, math.ceil(interval)}
