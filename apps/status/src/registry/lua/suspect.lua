-- A node's stream broke: it is suspect, unless another stream has reported since.
--
-- ARGV[2] name  [3] boot epoch  [4] the last sequence that this stream wrote
-- Answers 1 when it was marked, else 0.
local name = ARGV[2]
local n = node(name)
if not n or n[LISTED] ~= HERE then return 0 end
if n[EPOCH] ~= tonumber(ARGV[3]) or n[SEQUENCE] ~= tonumber(ARGV[4]) then return 0 end
n[SUSPECT] = 1
touch(name)
flush()
return 1
