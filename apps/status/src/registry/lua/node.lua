-- Prelude of every script of the registry: its keys, a node's record, and the rules by which a record moves.
-- The same rules stand in placement/*.ts for the simulation and for `explain`; a property test holds the two equal.
--
-- KEYS[1]  nodes         HASH  name -> record (struct, fields below)
-- KEYS[2]  about         HASH  name -> JSON of what does not change within a boot (addresses)
-- KEYS[3]  open          ZSET  name by load: nodes that Place may choose
-- KEYS[4]  barred        ZSET  name by load: live nodes that it may not choose now (the record says why)
-- KEYS[5]  wakes         ZSET  name by ms: when a barred node is to be looked at again
-- KEYS[6]  leases        ZSET  name by ms: when the node's lease ends
-- KEYS[7]  epochs        ZSET  name by boot epoch (us), of listed nodes
-- KEYS[8]  holders       HASH  "<user>.<device class>.<session>" -> "<nonce> <node> <epoch>", its live reservation
-- KEYS[9]  reservations  LIST  of what was reserved in one call, in the order of the ends: first "<ms>" when it ends,
--                        then "<holder> <nonce> <holder> <nonce>..."; a holder whose nonce has changed is done with
-- KEYS[10] fleet         HASH  version, born (ms), beat (ms), grace (ms)
-- KEYS[11] news          STREAM of revocations and orders
-- KEYS[12] gone          ZSET  name by ms: nodes that left or were lost, kept a while to refuse lower epochs
-- KEYS[13] suspended     ZSET  name by ms: when the suspension ends
--
-- ARGV[1]  the rules' numbers, separated by spaces, in the order of the locals below
local NODES, ABOUT, OPEN, BARRED, WAKES, LEASES, EPOCHS, HOLDERS, RESERVATIONS, FLEET, NEWS, GONE, SUSPENDED =
  unpack(KEYS)

local numbers = {}
for number in string.gmatch(ARGV[1], '%S+') do numbers[#numbers + 1] = tonumber(number) end
local LEASE_MS, RESERVATION_MS, ADMISSION_RATE, RAMP_MS, RAMP_FROM, LOOP_TARGET_MS, BURST_SECONDS, BURST_LEAST,
  UNCLAIMED_MIN, UNCLAIMED_SHARE, SUSPEND_MS, PACKED_FILL, LOOKS = unpack(numbers)

-- Fields of a record. BOOT is "<node> <epoch>".
local EPOCH, SEQUENCE, CONNECTIONS, RESERVED, CAPACITY, STATE, SUSPECT, LEASE, RATE, FULL_AT, CLAIMS, MISSES,
  SUSPENDED_UNTIL, HELLO_RATE, LOOP_DELAY, FREE_MEMORY, REPORTED_AT, ORDER, BAR, LISTED, ZONE, VERSION, INSTANCE, BOOT,
  LEAVING = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25
local RECORD = string.rep('d', 20) .. 'ssssd'
-- Replicas of the release before write records that end with BOOT.
local NO_LEAVING = struct.pack('d', 0)
local function record_of(packed) return { struct.unpack(RECORD, packed .. NO_LEAVING) } end

local READY = 1
-- Of LISTED.
local LOST, HERE, LEFT = 0, 1, 2
-- Of BAR: the numbers of berth.status.v1.SkipReason; 0 is open.
local BAR_LEASE, BAR_STATE, BAR_CAPACITY, BAR_ADMISSION_RATE, BAR_UNCLAIMED, BAR_SUSPECT = 1, 2, 3, 4, 7, 9

local time = redis.call('TIME')
local now_us = tonumber(time[1]) * 1000000 + tonumber(time[2])
local now = now_us / 1000

-- As redis.call itself writes a number.
local function exact(number) return string.format('%.17g', number) end

local records, dirty_names = {}, {}
-- Of changed records: why Place may not choose the node now (0: it may), and when that ends by itself.
local bars, bar_ends, dirty = {}, {}, {}

-- Records by name, read at most once a script; false where there is none.
local function load_nodes(names)
  local missing = {}
  for _, name in ipairs(names) do
    if records[name] == nil then
      records[name] = false
      missing[#missing + 1] = name
    end
  end
  if #missing == 0 then return end
  local packed = redis.call('HMGET', NODES, unpack(missing))
  for i, name in ipairs(missing) do
    if packed[i] then records[name] = record_of(packed[i]) end
  end
end

local function node(name)
  if records[name] == nil then load_nodes({ name }) end
  return records[name]
end

local function touch(name)
  bars[name] = nil
  if not dirty[name] then
    dirty[name] = true
    dirty_names[#dirty_names + 1] = name
  end
end

local function load_of(n) return (n[CONNECTIONS] + n[RESERVED]) / n[CAPACITY] end

-- Tokens are kept as the time at which the bucket will be full again (GCRA): one number instead of two.
local function next_token_at(n)
  return n[FULL_AT] - (math.max(BURST_LEAST, n[RATE] * BURST_SECONDS) - 1) * 1000 / n[RATE]
end

-- Fewer than half of its burst of tokens are left, which are for those who are not served yet. Whoever moves can wait: for a
-- node whose loop is slow, and has fewer of them for it, until all are there, and then, the slower it is, the longer.
local function is_kept_for_log_ins(n)
  local slowness = math.min(4, n[LOOP_DELAY] / LOOP_TARGET_MS)
  if slowness > 1 then return n[FULL_AT] + (slowness - 1) * 1000 / n[RATE] > now end
  return n[FULL_AT] - (math.max(BURST_LEAST, n[RATE] * BURST_SECONDS) / 2) * 1000 / n[RATE] > now
end

-- A node without some of its tokens is without as many at another rate, but never without more than its burst: a clock that
-- went back would have it wait for them.
local function set_rate(n, rate)
  local missing = (n[FULL_AT] - now) * n[RATE] / 1000
  n[RATE] = rate
  if missing > 0 then
    n[FULL_AT] = now + math.min(missing, math.max(BURST_LEAST, rate * BURST_SECONDS)) * 1000 / rate
  end
end

-- Why Place may not choose this node (0: it may), and when that ends by itself.
local function bar_of(n)
  if n[STATE] ~= READY or n[ORDER] ~= 0 then return BAR_STATE end
  if n[SUSPECT] == 1 then return BAR_SUSPECT end
  if n[LEASE] <= now then return BAR_LEASE end
  if n[SUSPENDED_UNTIL] > now then return BAR_UNCLAIMED, n[SUSPENDED_UNTIL] end
  if n[CONNECTIONS] + n[RESERVED] >= n[CAPACITY] then return BAR_CAPACITY end
  local token_at = next_token_at(n)
  if token_at > now then return BAR_ADMISSION_RATE, token_at end
  return 0
end

local function settle(name, n)
  local bar = bars[name]
  if not bar then
    bar, bar_ends[name] = bar_of(n)
    bars[name] = bar
  end
  return bar, bar_ends[name]
end

-- Share of this node's recent reservations that nobody used, 0 while there are too few to judge.
local function unclaimed_share(n)
  if n[MISSES] < UNCLAIMED_MIN / 4 then return 0 end
  return n[MISSES] / (n[CLAIMS] + n[MISSES])
end

local function admission_rate(n)
  local ceiling = n[HELLO_RATE]
  local rate = ADMISSION_RATE
  if ceiling > 0 then rate = math.min(rate, ceiling / 2) end
  if n[LOOP_DELAY] > LOOP_TARGET_MS then rate = rate * math.max(0.1, LOOP_TARGET_MS / n[LOOP_DELAY]) end
  local age = now - n[EPOCH] / 1000
  if age < RAMP_MS then
    local young = redis.call('ZCOUNT', EPOCHS, '(' .. exact(now_us - RAMP_MS * 1000), '+inf')
    if young * 2 <= redis.call('ZCARD', EPOCHS) then
      rate = rate * (RAMP_FROM + (1 - RAMP_FROM) * math.max(0, age) / RAMP_MS)
    end
  end
  return math.max(0.1, rate * math.max(0.1, 1 - unclaimed_share(n)))
end

local function halve_history(n)
  if n[CLAIMS] + n[MISSES] > 64 then
    n[CLAIMS], n[MISSES] = n[CLAIMS] / 2, n[MISSES] / 2
  end
end

-- A reservation was not used. A node of which hardly any are is suspended, but never half of the fleet at a time:
-- then it is not the nodes' fault.
local function count_miss(name, n)
  n[MISSES] = n[MISSES] + 1
  halve_history(n)
  if n[LISTED] ~= HERE or n[SUSPENDED_UNTIL] > now then return end
  if n[MISSES] < UNCLAIMED_MIN or unclaimed_share(n) < UNCLAIMED_SHARE then return end
  local suspended = redis.call('ZCOUNT', SUSPENDED, '(' .. exact(now), '+inf')
  if (suspended + 1) * 2 > redis.call('ZCARD', LEASES) then return end
  n[SUSPENDED_UNTIL] = now + SUSPEND_MS
  n[CLAIMS], n[MISSES] = 0, UNCLAIMED_MIN / 2
  redis.call('ZADD', SUSPENDED, n[SUSPENDED_UNTIL], name)
end

-- Writes the changed records, and moves each between `open` and `barred` as it now stands.
local function flush()
  if #dirty_names == 0 then return end
  local written, open, barred, wakes, not_open, not_barred, not_waking = {}, {}, {}, {}, {}, {}, {}
  for _, name in ipairs(dirty_names) do
    local n = records[name]
    if n[LISTED] == HERE then
      local was = n[BAR]
      local bar, wake = settle(name, n)
      n[BAR] = bar
      local set = bar == 0 and open or barred
      set[#set + 1] = load_of(n)
      set[#set + 1] = name
      if bar == 0 and was ~= 0 then not_barred[#not_barred + 1] = name end
      if bar ~= 0 and was == 0 then not_open[#not_open + 1] = name end
      if wake then
        wakes[#wakes + 1] = wake
        wakes[#wakes + 1] = name
      elseif was == BAR_ADMISSION_RATE or was == BAR_UNCLAIMED then
        not_waking[#not_waking + 1] = name
      end
    end
    written[#written + 1] = name
    written[#written + 1] = struct.pack(RECORD, unpack(n))
  end
  redis.call('HSET', NODES, unpack(written))
  if #open > 0 then redis.call('ZADD', OPEN, unpack(open)) end
  if #barred > 0 then redis.call('ZADD', BARRED, unpack(barred)) end
  if #wakes > 0 then redis.call('ZADD', WAKES, unpack(wakes)) end
  if #not_open > 0 then redis.call('ZREM', OPEN, unpack(not_open)) end
  if #not_barred > 0 then redis.call('ZREM', BARRED, unpack(not_barred)) end
  if #not_waking > 0 then redis.call('ZREM', WAKES, unpack(not_waking)) end
  bars, bar_ends, dirty, dirty_names = {}, {}, {}, {}
end

-- The list of peers changed. By time, so that it also grows across a flush.
local function bump_version()
  local version = math.max((tonumber(redis.call('HGET', FLEET, 'version')) or 0) + 1, now_us)
  redis.call('HSET', FLEET, 'version', version)
  redis.call('HSETNX', FLEET, 'born', now)
end

local function list_node(name, n)
  n[LISTED] = HERE
  n[BAR] = BAR_LEASE
  redis.call('ZADD', LEASES, n[LEASE], name)
  redis.call('ZADD', EPOCHS, n[EPOCH], name)
  redis.call('ZREM', GONE, name)
  touch(name)
  bump_version()
end

local function unlist_node(name, n, how)
  n[LISTED] = how
  n[BAR] = BAR_LEASE
  for _, key in ipairs({ OPEN, BARRED, WAKES, LEASES, EPOCHS, SUSPENDED }) do redis.call('ZREM', key, name) end
  redis.call('ZADD', GONE, now, name)
  touch(name)
  bump_version()
end

-- Ends the live reservation of each holder (named once each). Where `nonces` is given only if it is still that one.
-- `on_ended(name, node, holder)` hears of those that counted on a node; the caller has yet to flush.
local function end_reservations(holders, nonces, on_ended)
  if #holders == 0 then return end
  local values = redis.call('HMGET', HOLDERS, unpack(holders))
  local ended, boots, names = {}, {}, {}
  for i, holder in ipairs(holders) do
    if values[i] then
      local nonce, boot, name = string.match(values[i], '^(%S+) ((%S+) %S+)$')
      if not nonces or nonces[i] == nonce then
        ended[#ended + 1] = holder
        boots[#boots + 1] = boot
        names[#names + 1] = name
      end
    end
  end
  if #ended == 0 then return end
  load_nodes(names)
  for i, name in ipairs(names) do
    local n = records[name]
    -- Those of an earlier boot count no more.
    if n and n[BOOT] == boots[i] then
      n[RESERVED] = n[RESERVED] - 1
      touch(name)
      on_ended(name, n, ended[i])
    end
  end
  redis.call('HDEL', HOLDERS, unpack(ended))
end

-- Ends reservations whose time is over, those of at most about `limit` holders: nobody used them.
local function expire_reservations(limit)
  local holders, nonces, seen = {}, {}, {}
  while #holders < limit do
    local ends = redis.call('LINDEX', RESERVATIONS, 0)
    if not ends or tonumber(ends) > now then break end
    for holder, nonce in string.gmatch(redis.call('LPOP', RESERVATIONS, 2)[2], '(%S+) (%S+)') do
      local at = seen[holder] or #holders + 1
      seen[holder] = at
      holders[at], nonces[at] = holder, nonce
    end
  end
  end_reservations(holders, nonces, count_miss)
end

-- Looks again at no more than `limit` barred nodes whose time has come.
local function wake_nodes(limit)
  local names = redis.call('ZRANGE', WAKES, '-inf', now, 'BYSCORE', 'LIMIT', 0, limit)
  load_nodes(names)
  for _, name in ipairs(names) do
    if records[name] and records[name][LISTED] == HERE then touch(name) else redis.call('ZREM', WAKES, name) end
  end
end
