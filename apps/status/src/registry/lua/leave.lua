-- A node ended its stream by itself: it leaves the registry at once, unless another stream has reported since.
--
-- ARGV[2] name  [3] boot epoch  [4] the last sequence that this stream wrote
-- Answers 1 when it left, else 0.
local name = ARGV[2]
local n = node(name)
if not n or n[LISTED] ~= HERE then return 0 end
if n[EPOCH] ~= tonumber(ARGV[3]) or n[SEQUENCE] ~= tonumber(ARGV[4]) then return 0 end
unlist_node(name, n, LEFT)
flush()
return 1
