-- Registers a node, or brings one back that was known: after a reconnect, a lapsed lease or a flush of Redis.
--
-- ARGV[2] name  [3] boot epoch (us), 0 asks for a new one  [4] instance  [5] capacity  [6] hello rate
-- ARGV[7] zone  [8] version  [9] about (JSON)
--
-- Answers {"ok", epoch, now ms, order} or {"superseded", the epoch that is registered}.
local name, asked, instance = ARGV[2], tonumber(ARGV[3]), ARGV[4]
local n = node(name)

if n then
  if asked ~= 0 and (asked < n[EPOCH] or (asked == n[EPOCH] and instance ~= n[INSTANCE])) then
    return { 'superseded', exact(n[EPOCH]) }
  end
  -- The answer to its first registration was lost: the same process asks again.
  if asked == 0 and instance == n[INSTANCE] and n[LISTED] ~= LEFT then asked = n[EPOCH] end
end

local epoch = asked
if epoch == 0 then epoch = math.max(now_us, n and n[EPOCH] + 1 or 0) end

if not n or n[EPOCH] ~= epoch then
  -- Reservations of an earlier boot stay with their holders until they end, and count no more.
  local was_listed = n and n[LISTED] == HERE
  local bar = n and n[BAR] or BAR_LEASE
  local boot = name .. ' ' .. exact(epoch)
  n = { epoch, 0, 0, 0, 1, READY, 1, now, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, bar, LOST, '', '', instance, boot, 0 }
  if was_listed then n[LISTED] = HERE end
  redis.call('ZREM', SUSPENDED, name)
  records[name] = n
end

n[LEASE] = now + LEASE_MS
n[CAPACITY], n[HELLO_RATE], n[ZONE], n[VERSION] = tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7], ARGV[8]

if n[LISTED] ~= HERE then
  list_node(name, n)
else
  redis.call('ZADD', LEASES, n[LEASE], name)
  local known = redis.call('ZSCORE', EPOCHS, name)
  if not known or tonumber(known) ~= epoch or redis.call('HGET', ABOUT, name) ~= ARGV[9] then
    redis.call('ZADD', EPOCHS, epoch, name)
    bump_version()
  end
end
redis.call('HSET', ABOUT, name, ARGV[9])
set_rate(n, admission_rate(n))
touch(name)
flush()
return { 'ok', exact(epoch), exact(now), n[ORDER] }
