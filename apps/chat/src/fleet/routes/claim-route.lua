-- Gives a session its route, unless a newer one of that session stands; of a device class at most ARGV[7] live.
-- KEYS[1] route:{<user>}: entries separated by ";"
--   "<class>=<node>|<boot epoch>|<session>|<epoch>" where one of the class lives
--   "<class>~<session>=<node>|<boot epoch>|<session>|<epoch>|<active>" where several do
-- ARGV[1] class  ARGV[2] node  ARGV[3] boot epoch  ARGV[4] session
-- ARGV[5] the epoch that the session holds, microseconds; "0" for a new claim
-- ARGV[6] when it was last used, milliseconds by Redis' clock; a new claim of a session that stands keeps what stands there
-- ARGV[7] sessions of the class at most
-- ARGV[8] ";<node>|<boot epoch>;...;": of the nodes in the class' entries those that are gone; "" when nobody has looked
-- Answers {epoch, active, entries}:
--   epoch "": there are too many, and which nodes are gone must be looked up first; `entries` are the class' ones
--   epoch "0": refused; `entries` has what stands instead
--   else: claimed; `entries` had to go, the session's own former one among them
local class, session, limit, gone = ARGV[1], ARGV[4], tonumber(ARGV[7]), ARGV[8]
local held, active = tonumber(ARGV[5]), tonumber(ARGV[6])

local kept, others, own, stored = {}, {}, nil, 0
for entry in string.gmatch(redis.call('GET', KEYS[1]) or '', '[^;]+') do
  local of, node, boot, holder, epoch, used = string.match(entry, '^([^=~]+)[^=]*=([^|]*)|([^|]*)|([^|]*)|(%d+)|?(%d*)$')
  if of == class then
    epoch = tonumber(epoch)
    local route = {
      entry = entry,
      epoch = epoch,
      used = tonumber(used) or math.floor(epoch / 1000),
      gone = string.find(gone, ';' .. node .. '|' .. boot .. ';', 1, true) ~= nil,
    }
    stored = math.max(stored, epoch)
    if holder == session then own = route else others[#others + 1] = route end
  else
    kept[#kept + 1] = entry
  end
end

if own and held > 0 and own.epoch > held then
  return { '0', ARGV[6], own.entry }
end
local is_new, epoch = held == 0, held
if is_new then
  local time = redis.call('TIME')
  epoch = math.max(stored + 1, time[1] * 1000000 + time[2])
  if own then active = own.used end
end
if limit > 1 and #others >= limit and gone == '' then
  local entries = {}
  for _, route in ipairs(others) do entries[#entries + 1] = route.entry end
  return { '', ARGV[6], table.concat(entries, ';') }
end

-- Who goes first: whose node is gone, then who was used least lately, then who came first.
local function precedes(one, other)
  if one.gone ~= other.gone then return one.gone end
  if limit > 1 and one.used ~= other.used then return one.used < other.used end
  return one.epoch < other.epoch
end
local leaving = {}
if own then leaving[1] = own.entry end
while #others >= limit do
  local first = 1
  for i = 2, #others do
    if precedes(others[i], others[first]) then first = i end
  end
  if not is_new and precedes({ gone = false, used = active, epoch = epoch }, others[first]) then
    return { '0', ARGV[6], others[first].entry }
  end
  leaving[#leaving + 1] = others[first].entry
  table.remove(others, first)
end

for _, route in ipairs(others) do kept[#kept + 1] = route.entry end
local text, used = string.format('%.0f', epoch), string.format('%.0f', active)
local route = ARGV[2] .. '|' .. ARGV[3] .. '|' .. session .. '|' .. text
kept[#kept + 1] = limit == 1 and class .. '=' .. route or class .. '~' .. session .. '=' .. route .. '|' .. used
redis.call('SET', KEYS[1], table.concat(kept, ';'))
return { text, used, table.concat(leaving, ';') }
