-- Makes a session the owner of its user's device class, unless a newer claim stands.
-- KEYS[1] route:{<user>}: "<class>=<node>|<boot epoch>|<session>|<epoch>" for each class, separated by ";"
-- ARGV[1] class  ARGV[2] node  ARGV[3] boot epoch  ARGV[4] session
-- ARGV[5] the epoch that the session holds, microseconds; "0" for a new claim
-- Answers {epoch, previous}: the epoch claimed, "0" when a higher one stands; and what stood there, "" for nothing.
local kept, previous = {}, ''
for entry in string.gmatch(redis.call('GET', KEYS[1]) or '', '[^;]+') do
  local class, route = string.match(entry, '^([^=]+)=(.+)$')
  if class == ARGV[1] then
    previous = route
  else
    kept[#kept + 1] = entry
  end
end
local stored = tonumber(string.match(previous, '|(%d+)$')) or 0
local epoch = tonumber(ARGV[5])
if epoch == 0 then
  local time = redis.call('TIME')
  epoch = math.max(stored + 1, time[1] * 1000000 + time[2])
elseif stored > epoch then
  return { '0', previous }
end
local text = string.format('%.0f', epoch)
kept[#kept + 1] = ARGV[1] .. '=' .. ARGV[2] .. '|' .. ARGV[3] .. '|' .. ARGV[4] .. '|' .. text
redis.call('SET', KEYS[1], table.concat(kept, ';'))
return { text, previous }
