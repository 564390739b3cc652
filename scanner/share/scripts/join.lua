-- A machine comes to a run. KEYS: run. ARGV: machine, epoch, lease in ms, server rate, places, rate, machines at most.
-- The limits are the run's from the first machine on, or from its plan; others must have the same.
-- Returns {"ok", machines at most, ms to wait, server rate, places, rate}, {"full", members, most} or
-- {"differs", limit, the run's, ours}.
local run, machine = KEYS[1], ARGV[1]
local lease = tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local info = run .. ':run'
if redis.call('HEXISTS', info, 'machines') == 0 then redis.call('HSET', info, 'machines', ARGV[7]) end
local most = tonumber(redis.call('HGET', info, 'machines'))
for i, limit in ipairs({'server-rate', 'server-inflight', 'rate'}) do
  local ours = ARGV[3 + i]
  redis.call('HSETNX', info, limit, ours)
  local theirs = redis.call('HGET', info, limit)
  if theirs ~= ours then return {'differs', limit, theirs, ours} end
end
-- One that was not seen for an hour has ended, or has stopped asking: see lender.h.
redis.call('ZREMRANGEBYSCORE', run .. ':seen', '-inf', now - 3600000)
local known = redis.call('ZSCORE', run .. ':seen', machine)
local members = redis.call('ZCARD', run .. ':seen')
if not known and members >= 2 * most then return {'full', members, most} end
redis.call('ZADD', run .. ':seen', now, machine)
-- A machine beyond the planned ones takes its floor out of what was lent: not before that has run out.
local wait = 0
if not known and members >= most then wait = 2 * lease end
return {'ok', most, wait}
