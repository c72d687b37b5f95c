-- Counts a request of a session and says what is known of the session, in one call.
-- KEYS[1] bucket of the session  KEYS[2] bucket of the account (token-buckets.lua)
-- KEYS[3] the account's generation  KEYS[4] the session: live or ended  KEYS[5] set within the hour after a use; all in one slot
-- ARGV[1..6] of the buckets  ARGV[7] ms of an hour
-- Answers {taken 0 or 1, ms to wait, tokens left in both, generation or '', live, ended or '', 1 when first of its hour}.
local answer = takeTokens({KEYS[1], KEYS[2]}, ARGV)
if answer[1] == 0 then
  return answer
end
answer[5] = redis.call('GET', KEYS[3]) or ''
answer[6] = redis.call('GET', KEYS[4]) or ''
answer[7] = redis.call('SET', KEYS[5], '1', 'PX', ARGV[7], 'NX') and 1 or 0
return answer
