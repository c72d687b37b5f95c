-- Keeps the planner's memory, if this replica still leads.
--
-- KEYS[1] leader  KEYS[2] memory
-- ARGV[1] this replica  [2] memory (JSON)
-- Answers 1 when it was kept, else 0.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2])
return 1
