-- The heartbeat of a status replica: ends leases that have run out, and says what is new.
-- When nobody called for longer than a beat (Redis or every replica was away), reports could not come either:
-- then nodes stay listed for one more lease. Place goes by the lease itself and does not choose them.
--
-- ARGV[2] id of the last news seen, or "" for those of the last 10 minutes  [3] news wanted at most
--
-- Answers {now ms, version, born ms, news {id, kind, JSON, ...}}
local BEAT_MS, KEEP_NEWS_MS, KEEP_GONE_MS = 2000, 600000, 600000
local state = redis.call('HMGET', FLEET, 'version', 'born', 'beat', 'grace')
local version, born, beat, grace = state[1] or '0', state[2], tonumber(state[3]), tonumber(state[4]) or 0
if not born then
  born = exact(now)
  redis.call('HSET', FLEET, 'born', now)
end
if not beat or now - beat > BEAT_MS then
  grace = now + LEASE_MS
  redis.call('HSET', FLEET, 'grace', grace)
end
redis.call('HSET', FLEET, 'beat', now)

if now >= grace then
  local lapsed = redis.call('ZRANGE', LEASES, '-inf', now, 'BYSCORE', 'LIMIT', 0, 256)
  load_nodes(lapsed)
  for _, name in ipairs(lapsed) do
    if records[name] then unlist_node(name, records[name], LOST) else redis.call('ZREM', LEASES, name) end
  end
  if #lapsed > 0 then version = redis.call('HGET', FLEET, 'version') end
end
expire_reservations(256)
wake_nodes(256)
flush()
local forgotten = redis.call('ZRANGE', GONE, '-inf', now - KEEP_GONE_MS, 'BYSCORE', 'LIMIT', 0, 64)
if #forgotten > 0 then
  redis.call('HDEL', NODES, unpack(forgotten))
  redis.call('HDEL', ABOUT, unpack(forgotten))
  redis.call('ZREM', GONE, unpack(forgotten))
end
redis.call('ZREMRANGEBYSCORE', SUSPENDED, '-inf', now)

local since = ARGV[2]
local old = string.format('%.0f', now - KEEP_NEWS_MS)
-- An id from the future: Redis fell back on a server whose clock is behind.
if since == '' or (tonumber(string.match(since, '^%d+')) or 0) > now + 60000 then since = old .. '-0' end
local entries = redis.call('XRANGE', NEWS, '(' .. since, '+', 'COUNT', tonumber(ARGV[3]))
local news = {}
for _, entry in ipairs(entries) do
  news[#news + 1] = entry[1]
  news[#news + 1] = entry[2][1]
  news[#news + 1] = entry[2][2]
end
redis.call('XTRIM', NEWS, 'MINID', '~', old .. '-0')
return { exact(now), version, born, news }
