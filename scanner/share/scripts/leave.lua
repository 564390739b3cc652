-- A machine ends: it asks nobody any more. KEYS: run. ARGV: machine, names of servers of which it may have loans.
local run, machine = KEYS[1], ARGV[1]
for i = 2, #ARGV do redis.call('HDEL', run .. ':lent:' .. ARGV[i], machine) end
redis.call('HDEL', run .. ':machines', machine)
return redis.call('ZREM', run .. ':seen', machine)
