-- Takes one code out of every budget, or out of none. Each budget is the log of the codes issued within its window, so
-- that no burst at a window's edge doubles it and a mail that failed can be given back. A source of which the address's
-- budget has nothing yet may go on to twice that budget: nobody who asks in another's name leaves them without.
-- KEYS[1] marks the address while its last code is fresh and unused: issue id
-- KEYS[2..n] budgets: sorted sets issue id -> ms; the first is the address's; all in one slot
-- ARGV[1] issue id, "<source>:..."  ARGV[2] ms between two codes for the address
-- ARGV[2i-1], ARGV[2i] of KEYS[i]: codes at most, window in ms
-- Answers {1, ms until the address may ask again} or {0, ms until all budgets have room}.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local interval = tonumber(ARGV[2])
local wait = math.max(0, redis.call('PTTL', KEYS[1]))
local source = string.match(ARGV[1], '^[^:]*:')
local is_new = true
for i = 2, #KEYS do
  local limit, window = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', now - window)
  if i == 2 then
    for _, id in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
      if string.sub(id, 1, #source) == source then is_new = false end
    end
    if is_new then limit = 2 * limit end
  end
  local count = redis.call('ZCARD', KEYS[i])
  if count >= limit then
    local freeing = redis.call('ZRANGE', KEYS[i], count - limit, count - limit, 'WITHSCORES')
    wait = math.max(wait, freeing[2] + window - now)
  end
end
if wait > 0 then
  return {0, math.ceil(wait)}
end
for i = 2, #KEYS do
  redis.call('ZADD', KEYS[i], now, ARGV[1])
  redis.call('PEXPIRE', KEYS[i], ARGV[2 * i])
end
if interval > 0 then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', interval)
end
local limit, window = tonumber(ARGV[3]), tonumber(ARGV[4])
local count = redis.call('ZCARD', KEYS[2])
if count >= limit then
  local freeing = redis.call('ZRANGE', KEYS[2], count - limit, count - limit, 'WITHSCORES')
  interval = math.max(interval, freeing[2] + window - now)
end
return {1, math.ceil(interval)}
