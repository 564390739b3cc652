-- Adds to a run's block list. KEYS: run. ARGV: addresses and prefixes. Returns its version.
local run = KEYS[1]
for i = 1, #ARGV do redis.call('SADD', run .. ':blocked', ARGV[i]) end
return redis.call('HINCRBY', run .. ':run', 'block-version', 1)
