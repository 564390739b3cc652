-- Extends leases. KEYS: run. ARGV: group, machine, then for each chunk: id, delivery. Returns 1 for each that is still held, 0
-- for one that was dealt to another since.
local stream, group, machine = KEYS[1] .. ':chunks', ARGV[1], ARGV[2]
local answer = {}
for i = 3, #ARGV - 1, 2 do
  local entry = redis.pcall('XPENDING', stream, group, ARGV[i], ARGV[i], 1)[1]
  local held = type(entry) == 'table' and entry[2] == machine and tostring(entry[4]) == ARGV[i + 1]
  if held then redis.call('XCLAIM', stream, group, machine, 0, ARGV[i], 'JUSTID') end
  table.insert(answer, held and 1 or 0)
end
return answer
