-- What is known of a run. KEYS: run. ARGV: machine's silence in ms after which it is away.
-- Returns {now, chunks, names, machines at most, {machine, ms since it was seen, state} ..., and for each group
-- {"group", name, done, names, records, out, {chunk, what ended it} ...}}.
local run = KEYS[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local info = run .. ':run'
local function Number(field) return tonumber(redis.call('HGET', info, field) or '0') end
local answer = {now, Number('chunks'), Number('names'), Number('machines')}
local machines = redis.call('ZRANGE', run .. ':seen', 0, -1, 'WITHSCORES')
for i = 1, #machines, 2 do
  local state = redis.call('HGET', run .. ':machines', machines[i]) or ''
  table.insert(answer, {'machine', machines[i], now - tonumber(machines[i + 1]), state})
end
local groups = redis.call('SMEMBERS', run .. ':groups')
table.sort(groups)
for _, group in ipairs(groups) do
  local mine = run .. ':group:' .. group
  local pending = redis.pcall('XPENDING', run .. ':chunks', group)
  -- What was given back is nobody's.
  local out = tonumber(pending[1] or 0)
  for _, owner in ipairs(pending[4] or {}) do
    if owner[1] == '-' then out = out - tonumber(owner[2]) end
  end
  local line = {'group', group, redis.call('HLEN', mine .. ':done'),
                tonumber(redis.call('HGET', mine .. ':counts', 'names') or '0'),
                tonumber(redis.call('HGET', mine .. ':counts', 'records') or '0'), out}
  local dead = redis.call('HGETALL', mine .. ':dead')
  for i = 1, #dead, 2 do table.insert(line, {dead[i], dead[i + 1]}) end
  table.insert(answer, line)
end
return answer
