-- Puts chunks into a run, each once. KEYS: run. ARGV: digest of the manifest, machines at most, chunks in all, names in all,
-- then the numbers of chunks. Called again for the next ones. Returns {"ok", added} or {"differs", digest}.
local run, digest = KEYS[1], ARGV[1]
local info = run .. ':run'
local theirs = redis.call('HGET', info, 'manifest')
if theirs and theirs ~= digest then return {'differs', theirs} end
redis.call('HSET', info, 'manifest', digest, 'chunks', ARGV[3], 'names', ARGV[4])
if ARGV[2] ~= '0' then redis.call('HSET', info, 'machines', ARGV[2]) end
local added = 0
for i = 5, #ARGV do
  if redis.call('HEXISTS', run .. ':known', ARGV[i]) == 0 then
    redis.call('HSET', run .. ':known', ARGV[i], redis.call('XADD', run .. ':chunks', '*', 'chunk', ARGV[i]))
    added = added + 1
  end
end
return {'ok', added}
