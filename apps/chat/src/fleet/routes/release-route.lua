-- Takes a session's route away, unless it is a newer one's.
-- KEYS[1] route:{<user>}, as in claim-route.lua
-- ARGV[1] class  ARGV[2] session  ARGV[3] epoch
-- Answers 1 when it was taken away, else 0.
local kept, released = {}, 0
for entry in string.gmatch(redis.call('GET', KEYS[1]) or '', '[^;]+') do
  local class, session, epoch = string.match(entry, '^([^=~]+)[^=]*=[^|]*|[^|]*|([^|]*)|(%d+)')
  if class == ARGV[1] and session == ARGV[2] and epoch == ARGV[3] then
    released = 1
  else
    kept[#kept + 1] = entry
  end
end
if released == 0 then
  return 0
end
if #kept == 0 then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], table.concat(kept, ';'))
end
return 1
