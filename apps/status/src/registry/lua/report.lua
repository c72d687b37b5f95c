-- Takes a node's report: absolute counts, by which its record is set.
-- The reservations it used stop counting as reserved in the very call that sets the count that includes them.
--
-- ARGV[2] name  [3] boot epoch  [4] sequence  [5] connections  [6] state  [7] loop delay p99 (ms)
-- ARGV[8] free memory (bytes)  [9] of each reservation used holder and nonce, all separated by spaces; each holder once
-- ARGV[10] of the connections those that have a place elsewhere and leave
--
-- Answers {"ok", now ms, rate}; {"stale", now ms}: an older sequence, nothing was changed;
-- {"unknown"}: register again with this epoch (Redis was flushed or fell back); {"superseded"}: a newer boot has the name.
local name, epoch, sequence = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local n = node(name)
if not n or n[EPOCH] < epoch or n[LISTED] == LEFT then return { 'unknown' } end
if n[EPOCH] > epoch then return { 'superseded' } end
if sequence <= n[SEQUENCE] then return { 'stale', exact(now) } end

local state = tonumber(ARGV[6])
local changed = n[STATE] ~= state
n[SEQUENCE], n[CONNECTIONS], n[STATE] = sequence, tonumber(ARGV[5]), state
n[LOOP_DELAY], n[FREE_MEMORY], n[REPORTED_AT] = tonumber(ARGV[7]), tonumber(ARGV[8]), now
n[SUSPECT], n[LEASE], n[LEAVING] = 0, now + LEASE_MS, tonumber(ARGV[10])

-- One that lives no more (it ended, or the holder has a newer one) changes nothing, but is a sign of life all the same.
if ARGV[9] ~= '' then
  local holders, nonces = {}, {}
  for holder, nonce in string.gmatch(ARGV[9], '(%S+) (%S+)') do
    holders[#holders + 1] = holder
    nonces[#nonces + 1] = nonce
  end
  local values = redis.call('HMGET', HOLDERS, unpack(holders))
  local used = {}
  for i, holder in ipairs(holders) do
    if values[i] == nonces[i] .. ' ' .. n[BOOT] then used[#used + 1] = holder end
  end
  if #used > 0 then redis.call('HDEL', HOLDERS, unpack(used)) end
  n[RESERVED] = n[RESERVED] - #used
  n[CLAIMS] = n[CLAIMS] + #holders
  halve_history(n)
end

expire_reservations(32)

if n[LISTED] ~= HERE then
  list_node(name, n)
else
  redis.call('ZADD', LEASES, n[LEASE], name)
  if changed then bump_version() end
end
set_rate(n, admission_rate(n))
touch(name)
flush()
return { 'ok', exact(now), exact(n[RATE]) }
