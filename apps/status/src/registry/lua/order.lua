-- Orders a node out of placement, or back: it takes effect here at once, and the news tell the node.
--
-- ARGV[2] name  [3] boot epoch  [4] order: 0 none, 1 cordon, 2 drain  [5] news (JSON)
-- Answers 1, or 0 when no such boot is registered.
local name, order = ARGV[2], tonumber(ARGV[4])
local n = node(name)
if not n or n[EPOCH] ~= tonumber(ARGV[3]) then return 0 end
if n[ORDER] ~= order then
  n[ORDER] = order
  touch(name)
  if n[LISTED] == HERE then bump_version() end
end
redis.call('XADD', NEWS, 'MAXLEN', '~', 20000, '*', 'order', ARGV[5])
flush()
return 1
