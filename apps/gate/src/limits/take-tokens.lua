-- KEYS and ARGV as takeTokens in token-buckets.lua has them; answers with what it returns.
return takeTokens(KEYS, ARGV)
