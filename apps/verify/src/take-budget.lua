-- Takes one code out of every budget, or out of none. Each budget is the log of the codes issued within its window, so
-- that no burst at a window's edge doubles it and a mail that failed can be given back.
-- KEYS[1..n] budgets: sorted sets issue id -> ms, all in one slot; the first is the address's
-- ARGV[1] issue id  ARGV[2] ms between two codes for the address
-- ARGV[2i+1], ARGV[2i+2] of KEYS[i]: codes at most, window in ms
-- Answers {1, ms until the address may ask again} or {0, ms until all budgets have room}.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local interval = tonumber(ARGV[2])
local wait = 0
for i, key in ipairs(KEYS) do
  local limit, window = tonumber(ARGV[2 * i + 1]), tonumber(ARGV[2 * i + 2])
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - window)
  local count = redis.call('ZCARD', key)
  if count >= limit then
    local freeing = redis.call('ZRANGE', key, count - limit, count - limit, 'WITHSCORES')
    wait = math.max(wait, freeing[2] + window - now)
  end
  if i == 1 then
    local newest = redis.call('ZRANGE', key, -1, -1, 'WITHSCORES')
    if newest[2] then
      wait = math.max(wait, newest[2] + interval - now)
    end
  end
end
if wait > 0 then
  return {0, math.ceil(wait)}
end
for i, key in ipairs(KEYS) do
  redis.call('ZADD', key, now, ARGV[1])
  redis.call('PEXPIRE', key, ARGV[2 * i + 2])
end
local limit, window = tonumber(ARGV[3]), tonumber(ARGV[4])
if redis.call('ZCARD', KEYS[1]) >= limit then
  local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
  interval = math.max(interval, oldest[2] + window - now)
end
return {1, math.ceil(interval)}
