-- Places a batch of requests, each on the best admissible node as the ones before it left the fleet: free the holder's
-- old reservation, choose, take a token, reserve. One round trip whatever the batch's size.
--
-- ARGV[2]    order of the nodes: "least" or "packed"
-- ARGV[3...] one request each, its fields separated by tabs:
--            holder, nonce, zone, version, avoid (names, commas), mode, preferred (names, commas)
--            mode: "" follows the order; "first" takes the first admissible of `preferred`; "lesser" the least loaded
--            of them; both fall back on the order
--
-- Answers {now ms, names and abouts of the chosen in turn {...}, one line for each request}:
--   "+<tab>node<tab>epoch<tab>expires ms<tab>skips"   skips: "name reason,name reason"
--   "-<tab>ms until the next token, or -1<tab>skips"
local packed = ARGV[2] == 'packed'
local requests, holders = {}, {}
for i = 3, #ARGV do
  local holder, nonce, zone, version, avoid, mode, preferred =
    string.match(ARGV[i], '^([^\t]*)\t([^\t]*)\t([^\t]*)\t([^\t]*)\t([^\t]*)\t([^\t]*)\t([^\t]*)$')
  local avoided, count = false, 0
  if avoid ~= '' then
    avoided = {}
    for name in string.gmatch(avoid, '[^,]+') do
      avoided[name] = true
      count = count + 1
    end
  end
  requests[#requests + 1] = { holder, nonce, zone, version, avoided, count, mode, preferred }
  holders[#holders + 1] = holder
end

expire_reservations(32 + 2 * #requests)
wake_nodes(64)
-- Who asks to be kept off the node that a reservation was on did not get in there.
local avoided_by = {}
for _, request in ipairs(requests) do avoided_by[request[1]] = request[5] end
end_reservations(holders, function(name, n, holder)
  if avoided_by[holder] and avoided_by[holder][name] then count_miss(name, n) end
end)
flush()

-- Sorted by rank: the load, or when packing the fullest first among those below PACKED_FILL; then by name, in the
-- direction in which Redis walks the set.
local function rank_of(load)
  if packed and load < PACKED_FILL then return -load end
  return load
end
local function precedes(a, b)
  if a.rank ~= b.rank then return a.rank < b.rank end
  if a.rank < 0 then return a.name > b.name end
  return a.name < b.name
end

-- The K least in order are exact for each request of the batch: every choice moves one node, and the page has that many more.
local page = LOOKS + #requests + 16
local order, barred = {}, {}
do
  local names
  if packed then
    names = redis.call('ZRANGE', OPEN, '(' .. exact(PACKED_FILL), '-inf', 'BYSCORE', 'REV', 'LIMIT', 0, page)
    if #names < page then
      local rest = redis.call('ZRANGE', OPEN, exact(PACKED_FILL), '+inf', 'BYSCORE', 'LIMIT', 0, page - #names)
      for _, name in ipairs(rest) do names[#names + 1] = name end
    end
  else
    names = redis.call('ZRANGE', OPEN, 0, page - 1)
  end
  local outside = redis.call('ZRANGE', BARRED, 0, LOOKS - 1)
  load_nodes(names)
  load_nodes(outside)
  for _, name in ipairs(names) do
    local n = records[name]
    local entry = { name = name, rank = rank_of(load_of(n)), bar = BAR_LEASE }
    if n[LEASE] > now then
      order[#order + 1] = entry
    else
      barred[#barred + 1] = entry
      touch(name)
    end
  end
  for _, name in ipairs(outside) do
    barred[#barred + 1] = { name = name, rank = rank_of(load_of(records[name])), bar = records[name][BAR] }
  end
  table.sort(order, precedes)
end

local function refusal_of(name, request)
  local n = records[name]
  if request[5] and request[5][name] then return 8 end
  if request[3] ~= '' and n[ZONE] ~= request[3] then return 5 end
  if request[4] ~= '' and n[VERSION] ~= request[4] then return 6 end
  return 0
end

-- The first admissible of the K next in order; another zone or version only when no other is to be had.
local function choose_in_order(request, skips)
  local second
  for at = 1, math.min(#order, LOOKS + request[6]) do
    local reason = refusal_of(order[at].name, request)
    if reason == 0 then return at end
    skips[#skips + 1] = order[at].name .. ' ' .. reason
    if not second and (reason == 5 or reason == 6) then second = at end
  end
  return second
end

-- Of the nodes that the strategy prefers, as it prefers them.
local function choose_preferred(request)
  local names = {}
  for name in string.gmatch(request[8], '[^,]+') do names[#names + 1] = name end
  load_nodes(names)
  local best
  for _, name in ipairs(names) do
    local n = records[name]
    if n and n[LISTED] == HERE and bar_of(n) == 0 and refusal_of(name, request) == 0 then
      if request[7] == 'first' then return name end
      if not best or load_of(n) < load_of(records[best]) then best = name end
    end
  end
  return best
end

local function position_of(name)
  for at = 1, #order do
    if order[at].name == name then return at end
  end
end

-- When the next token or the next end of a suspension comes, looked up at the first refusal.
local first_wake
local function wait_ms()
  local waking = redis.call('ZRANGE', WAKES, 0, 0, 'WITHSCORES')
  local wake = math.min(first_wake or math.huge, tonumber(waking[2]) or math.huge)
  return wake < math.huge and math.max(0, wake - now) or -1
end

-- Brings a node to its place in the order after its load has changed, or takes it out when it is barred now.
local function reorder(at, name, n)
  if at then table.remove(order, at) end
  local bar, wake = bar_of(n)
  if wake then first_wake = math.min(first_wake or wake, wake) end
  local entry = { name = name, rank = rank_of(load_of(n)), bar = bar }
  if bar ~= 0 then
    barred[#barred + 1] = entry
    return
  end
  if not at then return end
  local low, high = 1, #order + 1
  while low < high do
    local middle = math.floor((low + high) / 2)
    if precedes(order[middle], entry) then low = middle + 1 else high = middle end
  end
  table.insert(order, low, entry)
end

local lines, chosen_names, chosen_set = {}, {}, {}
local reserved, expiries = {}, {}
local expires_at = now + RESERVATION_MS

for i, request in ipairs(requests) do
  local skips = {}
  local name = request[7] ~= '' and choose_preferred(request) or nil
  local at
  if name then
    at = position_of(name)
  else
    at = choose_in_order(request, skips)
    name = at and order[at].name
  end
  local rank = name and rank_of(load_of(records[name]))
  for _, entry in ipairs(barred) do
    if #skips >= LOOKS then break end
    if not rank or entry.rank < rank then skips[#skips + 1] = entry.name .. ' ' .. entry.bar end
  end
  local told = table.concat(skips, ',')
  if name then
    local n = records[name]
    n[RESERVED] = n[RESERVED] + 1
    n[TAT] = math.max(n[TAT], now) + 1000 / n[RATE]
    touch(name)
    reorder(at, name, n)
    reserved[#reserved + 1] = request[1]
    reserved[#reserved + 1] = request[2] .. ' ' .. exact(n[EPOCH]) .. ' ' .. name
    expiries[#expiries + 1] = exact(expires_at)
    expiries[#expiries + 1] = request[1]
    if not chosen_set[name] then
      chosen_set[name] = true
      chosen_names[#chosen_names + 1] = name
    end
    lines[i] = '+\t' .. name .. '\t' .. exact(n[EPOCH]) .. '\t' .. exact(expires_at) .. '\t' .. told
  else
    lines[i] = '-\t' .. exact(wait_ms()) .. '\t' .. told
  end
end

local abouts = {}
if #chosen_names > 0 then
  redis.call('HSET', HOLDERS, unpack(reserved))
  redis.call('ZADD', RESERVATIONS, unpack(expiries))
  local texts = redis.call('HMGET', ABOUT, unpack(chosen_names))
  for i, name in ipairs(chosen_names) do
    abouts[#abouts + 1] = name
    abouts[#abouts + 1] = texts[i]
  end
end
flush()
return { exact(now), abouts, lines }
