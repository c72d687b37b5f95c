-- Takes one code out of every budget, or out of none. Each budget is the log of the codes issued within its window, so
-- that no burst at a window's edge doubles it and a mail that failed can be given back.
-- KEYS[1] marks the address while its last code is fresh and unused: issue id
-- KEYS[2..n] budgets: sorted sets issue id -> ms; the first is the address's; all in one slot
-- ARGV[1] issue id  ARGV[2] ms between two codes for the address
-- ARGV[2i-1], ARGV[2i] of KEYS[i]: codes at most, window in ms
-- Answers {1, ms until the address may ask again} or {0, ms until all budgets have room}.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local interval = tonumber(ARGV[2])
local wait = math.max(0, redis.call('PTTL', KEYS[1]))
for i = 2, #KEYS do
  local limit, window = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', now - window)
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
if redis.call('ZCARD', KEYS[2]) >= limit then
  local oldest = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
  interval = math.max(interval, oldest[2] + window - now)
end
return {1, math.ceil(interval)}
