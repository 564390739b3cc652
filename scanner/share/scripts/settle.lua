-- The end of one delivery. KEYS: run. ARGV: group, machine, id, delivery, chunk, what ("done", "back" or "failed"), names,
-- records, last line, deliveries at most. Returns 1, or 0 where the chunk is no longer held: then nothing has changed.
local run, group, machine, id = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
local chunk, what = ARGV[5], ARGV[6]
local stream = run .. ':chunks'
local mine = run .. ':group:' .. group
local entry = redis.pcall('XPENDING', stream, group, id, id, 1)[1]
if type(entry) ~= 'table' or entry[2] ~= machine or tostring(entry[4]) ~= ARGV[4] then return 0 end
if what == 'done' then
  redis.call('XACK', stream, group, id)
  if redis.call('HSETNX', mine .. ':done', chunk, machine) == 0 then return 0 end
  redis.call('HINCRBY', mine .. ':counts', 'names', ARGV[7])
  redis.call('HINCRBY', mine .. ':counts', 'records', ARGV[8])
  redis.call('HDEL', mine .. ':errors', chunk)
  redis.call('HDEL', mine .. ':dead', chunk)
  return 1
end
-- To nobody, and late at once. What was given back was no delivery.
local count = tonumber(ARGV[4])
if what == 'back' then
  count = count - 1
else
  redis.call('HSET', mine .. ':errors', chunk, machine .. '\t' .. ARGV[9])
  if count >= tonumber(ARGV[10]) then
    redis.call('XACK', stream, group, id)
    redis.call('HSET', mine .. ':dead', chunk, count .. '\t' .. machine .. '\t' .. ARGV[9])
    return 1
  end
end
redis.call('XCLAIM', stream, group, '-', 0, id, 'IDLE', 1000000000, 'RETRYCOUNT', count, 'JUSTID')
return 1
