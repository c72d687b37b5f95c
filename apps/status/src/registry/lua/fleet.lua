-- Every node that is known, as it stands. Read only.
--
-- Answers {now ms, version, reservations that live, born ms (0: it was emptied and has not begun again), {name, about
-- (JSON), fields separated by spaces, ...}}; the fields are those of a record in their order up to LISTED, then LEAVING, zone,
-- version and instance, which are "-" when empty.
local answer = {}
local packed = redis.call('HGETALL', NODES)
local abouts = redis.call('HGETALL', ABOUT)
local about = {}
for i = 1, #abouts, 2 do about[abouts[i]] = abouts[i + 1] end
for i = 1, #packed, 2 do
  local n = record_of(packed[i + 1])
  local fields = {}
  for field = EPOCH, LISTED do fields[#fields + 1] = exact(n[field]) end
  fields[#fields + 1] = exact(n[LEAVING])
  for _, field in ipairs({ ZONE, VERSION, INSTANCE }) do fields[#fields + 1] = n[field] == '' and '-' or n[field] end
  answer[#answer + 1] = packed[i]
  answer[#answer + 1] = about[packed[i]] or '{}'
  answer[#answer + 1] = table.concat(fields, ' ')
end
local version, born = unpack(redis.call('HMGET', FLEET, 'version', 'born'))
return { exact(now), version or '0', redis.call('HLEN', HOLDERS), born or '0', answer }
