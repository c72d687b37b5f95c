-- Keeps what MySQL said of a session, unless more is known already: generations only rise, ended sessions stay ended.
-- KEYS[1] the account's generation  KEYS[2] the session, if it is about one: live or ended; both in one slot
-- ARGV[1] generation  ARGV[2] life in ms  ARGV[3] live or ended
local known = tonumber(redis.call('GET', KEYS[1]) or '0')
if tonumber(ARGV[1]) >= known then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
if KEYS[2] and (ARGV[3] == 'ended' or redis.call('GET', KEYS[2]) ~= 'ended') then
  redis.call('SET', KEYS[2], ARGV[3], 'PX', ARGV[2])
end
return 1
