-- Takes or keeps the lead of the planner, and answers what it remembers.
-- Of the clock only the time to live is needed, which Redis itself counts.
--
-- KEYS[1] leader  STRING, its time to live is the lease
-- KEYS[2] memory  STRING (JSON)
-- ARGV[1] this replica  [2] lease (ms)
-- Answers {1, memory or ""} when this replica leads, else {0}.
local leader = redis.call('GET', KEYS[1])
if leader and leader ~= ARGV[1] then return { 0 } end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return { 1, redis.call('GET', KEYS[2]) or '' }
