-- Redeems a code of an address once. Wrong attempts are counted apart for where the code was asked for, of which the last
-- one allowed ends it, and for everywhere else, of which the last one allowed ends it there: whoever guesses from
-- elsewhere cannot use up the attempts of the one who asked.
-- KEYS the address's codes that may be good for it: hash {hash, purpose, source, wrong, wrong_elsewhere}
-- ARGV[1] hash of the code given  ARGV[2] purpose asked  ARGV[3] attempts at most  ARGV[4] source
-- Answers ok, wrong or expired.
local attempts = tonumber(ARGV[3])
local answer = 'expired'
for _, key in ipairs(KEYS) do
  local stored = redis.call('HMGET', key, 'hash', 'purpose', 'source')
  if stored[1] and (stored[2] == ARGV[2] or stored[2] == 'any') then
    local is_asker = stored[3] == ARGV[4]
    local field = is_asker and 'wrong' or 'wrong_elsewhere'
    if (tonumber(redis.call('HGET', key, field)) or 0) < attempts then
      if stored[1] == ARGV[1] then
        redis.call('DEL', key)
        return 'ok'
      end
      if redis.call('HINCRBY', key, field, 1) >= attempts and is_asker then redis.call('DEL', key) end
      answer = 'wrong'
    end
  end
end
return answer
