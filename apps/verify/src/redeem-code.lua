-- Redeems a code of an address once, or only looks whether it is right. Wrong attempts are counted apart for each source that
-- asked for it and for everywhere else, and the last one allowed ends it there: whoever guesses from elsewhere cannot use up
-- the attempts of the one who asked.
-- KEYS the address's codes that may be good for it: hashes as in store-code.lua
-- ARGV[1] hash of the code given  [2] purpose asked  [3] attempts at most  [4] source  [5] 1: a right one is not used up
-- Answers ok, wrong or expired.
local attempts = tonumber(ARGV[3])
local asker = 'asker:' .. ARGV[4]
local answer = 'expired'
for _, key in ipairs(KEYS) do
  local stored = redis.call('HMGET', key, 'hash', 'purpose', asker)
  if stored[1] and (stored[2] == ARGV[2] or stored[2] == 'any') then
    local field = stored[3] and asker or 'wrong_elsewhere'
    if (tonumber(redis.call('HGET', key, field)) or 0) < attempts then
      if stored[1] == ARGV[1] then
        if ARGV[5] ~= '1' then redis.call('DEL', key) end
        return 'ok'
      end
      redis.call('HINCRBY', key, field, 1)
      answer = 'wrong'
    end
  end
end
return answer
