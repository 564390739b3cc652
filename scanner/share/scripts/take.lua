-- Deals out chunks. KEYS: run. ARGV: group (the perspective), machine, lease in ms, how many, deliveries at most.
-- Chunks whose lease ran out come first; one that was delivered too often is dead instead.
-- Returns {state, {id, delivery, chunk} ...}; state is "open", "done" (no chunk is left, and none is out) or
-- "unplanned" (not all chunks of the manifest are there).
local run, group, machine = KEYS[1], ARGV[1], ARGV[2]
local lease, wanted, most = ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local stream = run .. ':chunks'
local mine = run .. ':group:' .. group
if redis.call('EXISTS', stream) == 0 then return {'unplanned'} end
redis.pcall('XGROUP', 'CREATE', stream, group, '0')
redis.call('SADD', run .. ':groups', group)
local answer = {'open'}

local function TakeLate()
  local late = redis.call('XPENDING', stream, group, 'IDLE', lease, '-', '+', 64)
  for _, entry in ipairs(late) do
    local id, owner, delivery = entry[1], entry[2], tonumber(entry[4])
    if owner == machine then
      -- It was late, but it is there, and nobody else has the chunk: it goes on.
      redis.call('XCLAIM', stream, group, machine, 0, id, 'JUSTID')
    elseif delivery >= most then
      local found = redis.call('XRANGE', stream, id, id)
      local chunk = found[1] and found[1][2][2] or id
      local line = owner .. '\tits lease ran out'
      if owner == '-' then line = redis.call('HGET', mine .. ':errors', chunk) or line end
      redis.call('XACK', stream, group, id)
      redis.call('HSET', mine .. ':dead', chunk, delivery .. '\t' .. line)
    elseif wanted > 0 then
      local claimed = redis.call('XCLAIM', stream, group, machine, 0, id)
      if claimed[1] then
        wanted = wanted - 1
        local chunk = claimed[1][2][2]
        if owner ~= '-' then redis.call('HSET', mine .. ':errors', chunk, owner .. '\tits lease ran out') end
        table.insert(answer, {id, redis.call('XPENDING', stream, group, id, id, 1)[1][4], chunk})
      end
    end
  end
  return #late
end

while TakeLate() == 64 and wanted > 0 do end
if wanted > 0 then
  local fresh = redis.call('XREADGROUP', 'GROUP', group, machine, 'COUNT', wanted, 'STREAMS', stream, '>')
  for _, entry in ipairs(fresh and fresh[1] and fresh[1][2] or {}) do table.insert(answer, {entry[1], 1, entry[2][2]}) end
end
if #answer == 1 and redis.call('XPENDING', stream, group)[1] == 0 then
  local ended = redis.call('HLEN', mine .. ':done') + redis.call('HLEN', mine .. ':dead')
  answer[1] = ended >= tonumber(redis.call('HGET', run .. ':run', 'chunks') or '0') and 'done' or 'unplanned'
end
return answer
