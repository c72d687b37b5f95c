-- Takes one token from each bucket, or none when one is empty. By Redis' own clock; the same rules as token-bucket.ts.
-- keys[i] bucket: hash {tokens, at}; all in one slot
-- args[3i-2..3i] of keys[i]: burst, tokens a minute, ms until a full bucket may be forgotten
-- Returns {taken 0 or 1, ms to wait, tokens left in each as text...}.
local function takeTokens(keys, args)
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local states, wait = {}, 0
  for i, key in ipairs(keys) do
    local burst, perMinute = tonumber(args[3 * i - 2]), tonumber(args[3 * i - 1])
    local stored = redis.call('HMGET', key, 'tokens', 'at')
    local tokens = burst
    if stored[1] then
      tokens = math.min(burst, stored[1] + math.max(0, now - stored[2]) * perMinute / 60000)
    end
    states[i] = tokens
    if tokens < 1 then
      wait = math.max(wait, math.ceil((1 - tokens) * 60000 / perMinute))
    end
  end
  local answer = {wait > 0 and 0 or 1, wait}
  for i, key in ipairs(keys) do
    if wait == 0 then
      states[i] = states[i] - 1
      redis.call('HSET', key, 'tokens', states[i], 'at', now)
      redis.call('PEXPIRE', key, args[3 * i])
    end
    answer[2 + i] = tostring(states[i])
  end
  return answer
end
