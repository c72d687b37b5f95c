-- Places a batch of requests, each on the best admissible node as the ones before it left the fleet: free the holder's
-- old reservation, choose, take a token, reserve. One round trip whatever the batch's size. A large node may get some
-- requests of one batch in a row, as long as they are no more than STRIDE of its capacity: each choice is within that of
-- the true least, and a large fleet costs a fraction of the work.
--
-- ARGV[2]    order of the nodes: "least" or "packed"
-- ARGV[3]    the requests, one a line, its fields separated by tabs; no two of the same holder:
--            holder, nonce [, zone, version, avoid (names, commas), mode, preferred (names, commas), move ("1"),
--            boot epoch above which a node's has to be, or 0]
--            mode: "" follows the order; "first" takes the first admissible of `preferred`; "lesser" the least loaded
--            of them; both fall back on the order
--
-- Answers {now ms, ms when the reservations end, text with a line for each request}:
--   "<node> <epoch>[<tab>skips]"                       skips: "name reason,name reason"
--   "-<ms until the next token, or -1>[<tab>skips]"    nobody was free
local packed = ARGV[2] == 'packed'
local STRIDE, STRIDE_MAX = 0.0025, 16

-- Fields of a request.
local HOLDER, NONCE, PLAIN, ZONE_HINT, VERSION_HINT, AVOIDED, AVOIDED_COUNT, MODE, PREFERRED, MOVE, BOOTED_AFTER =
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
local requests, holders, with_avoid = {}, {}, {}
for holder, nonce, hints in string.gmatch(ARGV[3], '([^\t\n]+)\t([^\t\n]+)\t?([^\n]*)\n?') do
  local request = { holder, nonce, hints == '', '', '', false, 0, '', '', false, 0 }
  if hints ~= '' then
    local zone, version, avoid, mode, preferred, move, booted_after =
      string.match(hints, '^([^\t]*)\t([^\t]*)\t([^\t]*)\t([^\t]*)\t([^\t]*)\t([^\t]*)\t(%d+)$')
    request[ZONE_HINT], request[VERSION_HINT], request[MODE], request[PREFERRED] = zone, version, mode, preferred
    request[MOVE] = move == '1'
    request[BOOTED_AFTER] = tonumber(booted_after)
    for name in string.gmatch(avoid, '[^,]+') do
      request[AVOIDED] = request[AVOIDED] or {}
      request[AVOIDED][name] = true
      request[AVOIDED_COUNT] = request[AVOIDED_COUNT] + 1
    end
    with_avoid[holder] = request[AVOIDED] or nil
  end
  requests[#requests + 1] = request
  holders[#holders + 1] = holder
end

expire_reservations(32 + 2 * #requests)
wake_nodes(64)
-- Who asks to be kept off the node that a reservation was on did not get in there.
end_reservations(holders, nil, function(name, n, holder)
  if with_avoid[holder] and with_avoid[holder][name] then count_miss(name, n) end
end)
flush()

-- The load, or when packing the fullest first among those below PACKED_FILL.
local function rank_of(n)
  local load = load_of(n)
  if packed and load < PACKED_FILL then return -load end
  return load
end

-- By rank, then by name in the direction in which Redis walks the set.
local function precedes(name, rank, other, other_rank)
  if rank ~= other_rank then return rank < other_rank end
  if packed and rank <= 0 then return name > other end
  return name < other
end

-- The nodes in order are the merge of two lists: `page`, as Redis has them, less those chosen since; and `moved`, those
-- chosen since, where their new load puts them. Every choice moves one, so with that many more than K on the page the
-- first K of the merge are exact for each request.
local page, moved, moved_ranks, is_moved, gone_from_page = nil, {}, {}, {}, {}
local page_size = LOOKS + #requests + 16
if packed then
  page = redis.call('ZRANGE', OPEN, '(' .. exact(PACKED_FILL), '-inf', 'BYSCORE', 'REV', 'LIMIT', 0, page_size)
  if #page < page_size then
    local rest = redis.call('ZRANGE', OPEN, PACKED_FILL, '+inf', 'BYSCORE', 'LIMIT', 0, page_size - #page)
    for _, name in ipairs(rest) do page[#page + 1] = name end
  end
else
  page = redis.call('ZRANGE', OPEN, 0, page_size - 1)
end
local page_start, loaded = 1, 0

local function load_page_to(at)
  if at <= loaded then return end
  local to = math.min(#page, math.max(at, loaded + (loaded == 0 and #requests or LOOKS)))
  load_nodes({ unpack(page, loaded + 1, to) })
  loaded = to
end

-- Nodes out of the order, told as skips to those whom they would have preceded.
local barred, barred_ranks = redis.call('ZRANGE', BARRED, 0, LOOKS - 1), {}
if #barred > 0 then
  load_nodes(barred)
  for i, name in ipairs(barred) do barred_ranks[i] = rank_of(records[name]) end
end
local function bar_out(name)
  barred[#barred + 1] = name
  barred_ranks[#barred] = rank_of(records[name])
end

local function refusal_of(name, n, request)
  if request[AVOIDED] and request[AVOIDED][name] then return 8 end
  if request[BOOTED_AFTER] > 0 and n[EPOCH] <= request[BOOTED_AFTER] then return 8 end
  if request[MOVE] and is_kept_for_log_ins(n) then return BAR_ADMISSION_RATE end
  if request[ZONE_HINT] ~= '' and n[ZONE] ~= request[ZONE_HINT] then return 5 end
  if request[VERSION_HINT] ~= '' and n[VERSION] ~= request[VERSION_HINT] then return 6 end
  return 0
end

-- The first admissible of the K next in order; another zone or version only when no other is to be had.
local function choose_in_order(request, skips)
  local second, second_skip
  local on_page, in_moved, looked = page_start, 1, 0
  while looked < LOOKS + request[AVOIDED_COUNT] do
    local name
    while true do
      name = page[on_page]
      if not name then break end
      if not gone_from_page[name] then
        load_page_to(on_page)
        if records[name][LEASE] > now then break end
        gone_from_page[name] = true
        touch(name)
        bar_out(name)
      end
      if on_page == page_start then page_start = page_start + 1 end
      on_page = on_page + 1
    end
    local other = moved[in_moved]
    if other and (not name or precedes(other, moved_ranks[in_moved], name, rank_of(records[name]))) then
      name = other
      in_moved = in_moved + 1
    elseif name then
      on_page = on_page + 1
    else
      break
    end
    local reason = refusal_of(name, records[name], request)
    if reason == 0 then return name end
    skips[#skips + 1] = name .. ' ' .. reason
    if not second and reason ~= 8 and reason ~= BAR_ADMISSION_RATE then
      second = name
      second_skip = #skips
    end
    looked = looked + 1
  end
  if second then table.remove(skips, second_skip) end
  return second
end

-- Of the nodes that the strategy prefers, as it prefers them.
local function choose_preferred(request)
  local names = {}
  for name in string.gmatch(request[PREFERRED], '[^,]+') do names[#names + 1] = name end
  load_nodes(names)
  local best
  for _, name in ipairs(names) do
    local n = records[name]
    if n and n[LISTED] == HERE and settle(name, n) == 0 and refusal_of(name, n, request) == 0 then
      if request[MODE] == 'first' then return name end
      if not best or load_of(n) < load_of(records[best]) then best = name end
    end
  end
  return best
end

-- When the next token or the next end of a suspension comes; -1: neither is awaited.
local first_wake
local function wait_ms()
  local waking = redis.call('ZRANGE', WAKES, 0, 0, 'WITHSCORES')
  local wake = math.min(first_wake or math.huge, tonumber(waking[2]) or math.huge)
  return wake < math.huge and math.max(0, wake - now) or -1
end

-- Brings a chosen node to its new place in the order, or out of it when it is barred now.
local function move(name, n)
  touch(name)
  if is_moved[name] then
    is_moved[name] = nil
    for at = 1, #moved do
      if moved[at] == name then
        table.remove(moved, at)
        table.remove(moved_ranks, at)
        break
      end
    end
  end
  gone_from_page[name] = true
  local bar, bar_end = settle(name, n)
  if bar ~= 0 then
    if bar_end then first_wake = math.min(first_wake or bar_end, bar_end) end
    bar_out(name)
    return
  end
  is_moved[name] = true
  local rank = rank_of(n)
  local last = #moved
  if last == 0 or precedes(moved[last], moved_ranks[last], name, rank) then
    moved[last + 1], moved_ranks[last + 1] = name, rank
    return
  end
  local at = last
  while at > 1 and precedes(name, rank, moved[at - 1], moved_ranks[at - 1]) do at = at - 1 end
  table.insert(moved, at, name)
  table.insert(moved_ranks, at, rank)
end

-- The node that the last request got, not yet moved in the order, and how many more it may get in a row.
local current, more
local function leave_current()
  if current then move(current, records[current]) end
  current = nil
end

local function tell_barred(name, skips)
  local rank = name and rank_of(records[name]) or math.huge
  for at = 1, #barred do
    if #skips >= LOOKS then return end
    if barred_ranks[at] < rank then
      skips[#skips + 1] = barred[at] .. ' ' .. settle(barred[at], records[barred[at]])
    end
  end
end

local lines, taken, reserved = {}, {}, {}
for i, request in ipairs(requests) do
  local skips = {}
  local name = current
  if not name or more == 0 or not request[PLAIN] or bar_of(records[name]) ~= 0 then
    leave_current()
    name = request[MODE] ~= '' and choose_preferred(request) or choose_in_order(request, skips)
    current = name
    more = name and math.min(STRIDE_MAX, math.floor(records[name][CAPACITY] * STRIDE)) or 0
  end
  if #barred > 0 then tell_barred(name, skips) end
  local line
  if name then
    local n = records[name]
    n[RESERVED] = n[RESERVED] + 1
    n[FULL_AT] = math.max(n[FULL_AT], now) + 1000 / n[RATE]
    more = math.max(0, more - 1)
    taken[#taken + 1] = request[HOLDER]
    taken[#taken + 1] = request[NONCE] .. ' ' .. n[BOOT]
    reserved[#reserved + 1] = request[HOLDER]
    reserved[#reserved + 1] = request[NONCE]
    line = n[BOOT]
  else
    line = '-' .. exact(wait_ms())
  end
  lines[i] = #skips == 0 and line or line .. '\t' .. table.concat(skips, ',')
end
leave_current()

local ends = exact(now + RESERVATION_MS)
if #taken > 0 then
  redis.call('HSET', HOLDERS, unpack(taken))
  redis.call('RPUSH', RESERVATIONS, ends, table.concat(reserved, ' '))
end
flush()
return { exact(now), ends, table.concat(lines, '\n') }
