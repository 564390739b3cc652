-- Deals chunks out again: 'dead' ones alone, or those that have 'ended', done or dead, such as those without a file. KEYS: run.
-- ARGV: group, which, then chunks; none: all dead ones. Returns how many.
local run, group = KEYS[1], ARGV[1]
local stream = run .. ':chunks'
local mine = run .. ':group:' .. group
local chunks = {}
for i = 3, #ARGV do table.insert(chunks, ARGV[i]) end
if #chunks == 0 then chunks = redis.call('HKEYS', mine .. ':dead') end
if redis.call('EXISTS', stream) == 0 then return 0 end
redis.pcall('XGROUP', 'CREATE', stream, group, '0')
redis.call('SADD', run .. ':groups', group)
local again = 0
for _, chunk in ipairs(chunks) do
  local id = redis.call('HGET', run .. ':known', chunk)
  local ended = redis.call('HDEL', mine .. ':dead', chunk)
  if ARGV[2] == 'ended' then ended = ended + redis.call('HDEL', mine .. ':done', chunk) end
  if id and ended > 0 then
    redis.call('HDEL', mine .. ':errors', chunk)
    redis.call('XCLAIM', stream, group, '-', 0, id, 'IDLE', 1000000000, 'RETRYCOUNT', 0, 'FORCE', 'JUSTID')
    again = again + 1
  end
end
return again
