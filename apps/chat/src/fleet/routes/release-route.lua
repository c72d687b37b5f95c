-- Takes a session's route away, unless it is a newer one's.
-- KEYS[1] route:{<user>}, as in claim-route.lua
-- ARGV[1] class  ARGV[2] session
-- ARGV[3] the epoch that the session holds; "0" when it has not heard of its claim: whichever it has on this node
-- ARGV[4] node  ARGV[5] boot epoch
-- Answers 1 when it was taken away, else 0.
local kept, released = {}, 0
for entry in string.gmatch(redis.call('GET', KEYS[1]) or '', '[^;]+') do
  local class, node, boot, session, epoch = string.match(entry, '^([^=~]+)[^=]*=([^|]*)|([^|]*)|([^|]*)|(%d+)')
  local is_held = epoch == ARGV[3] or (ARGV[3] == '0' and node == ARGV[4] and boot == ARGV[5])
  if class == ARGV[1] and session == ARGV[2] and is_held then
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
