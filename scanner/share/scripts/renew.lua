-- Lends shares of the servers' limits. KEYS: run.
-- ARGV: machine, epoch (the server's run ID), lease in ms, ms that a query may be under way after its loan's end, state for
-- people, the paces' version that it knows, then for each server: name, rate, places, floor of the rate, floor of the places, queries waiting, places in use
-- above the floor, pace in thousandths of the limit (0: none).
-- Returns {block list's version, members, the paces' version, {server, thousandths, ms left ...} of other machines where that
-- is another one, {rate, places} ...}: what is lent above the floor.
local run, machine, epoch = KEYS[1], ARGV[1], ARGV[2]
local lease, linger = tonumber(ARGV[3]), tonumber(ARGV[4])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local info = run .. ':run'

redis.call('ZADD', run .. ':seen', now, machine)
redis.call('HSET', run .. ':machines', machine, ARGV[5])
local members = redis.call('ZCOUNT', run .. ':seen', now - 3600000, '+inf')
local most = tonumber(redis.call('HGET', info, 'machines') or '1')

-- After a restart loans may be forgotten that machines still use: nothing is lent until those have run out.
if redis.call('HGET', info, 'epoch') ~= epoch then
  redis.call('HSET', info, 'epoch', epoch, 'lends-from', now + lease + linger)
end
local lends = now >= tonumber(redis.call('HGET', info, 'lends-from'))

-- What there is to lend: all that is no floor. Machines beyond the planned ones take theirs out of it.
local function Pool(limit, floor)
  if limit == 0 then return 0 end
  return math.max(0, math.floor(limit - floor * math.max(most, members)))
end

-- Of what is free, by demand, whole queries; so that few change hands, to the neediest few where it is little.
local function Share(pool, lent, demand, all, needier, use, cost)
  local free = pool - lent
  if free < 1 + cost or demand == 0 then return 0 end
  local share = math.floor(pool * demand / all) - cost
  local least = math.max(1, math.floor(pool / 16))
  if share < least then
    if needier * (least + cost) >= pool then return 0 end
    share = least
  end
  return math.max(0, math.min(share, free - cost, use))
end

local function Lend(at)
  local name = ARGV[at]
  local limit, places = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local floor, least_places = tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4])
  local demand, used = tonumber(ARGV[at + 5]), tonumber(ARGV[at + 6])
  local key = run .. ':lent:' .. name
  local rate_lent, places_lent, all, needier = 0, 0, demand, 0
  local lines = redis.call('HGETALL', key)
  for i = 1, #lines, 2 do
    local rate, share, waiting, until_ms, places_until = string.match(lines[i + 1], '^(%d+) (%d+) (%d+) (%d+) (%d+)$')
    if lines[i] ~= machine and rate then
      if tonumber(until_ms) > now then
        rate_lent = rate_lent + tonumber(rate)
        -- The change of hands may cost one query more in a second.
        if tonumber(rate) > 0 then rate_lent = rate_lent + 1 end
        all = all + tonumber(waiting)
        if tonumber(waiting) > demand then needier = needier + 1 end
      end
      if tonumber(places_until) > now then
        places_lent = places_lent + tonumber(share)
      else
        redis.call('HDEL', key, lines[i])
      end
    end
  end
  local rate, share = 0, 0
  if lends then
    -- Where many wait, further names are put off until there is room, so that nobody knows how many there are.
    local use = demand >= 16 and limit or demand
    rate = Share(Pool(limit, floor), rate_lent, demand, all, needier, use, 1)
    share = Share(Pool(places, least_places), places_lent, demand, all, needier, demand, 0)
  end
  -- What is under way still counts, though less is lent now.
  local kept = math.max(share, used)
  if rate > 0 or kept > 0 or demand > 0 then
    redis.call('HSET', key, machine, string.format('%d %d %d %d %d', rate, kept, demand, now + lease, now + lease + linger))
    redis.call('PEXPIRE', key, 2 * (lease + linger))
  else
    redis.call('HDEL', key, machine)
  end
  return rate, share
end

-- The pace that a server bears, as a part of its limit: by who proved it, for a minute; the lowest counts. Its version tells
-- machines when to read all of them.
local paces = run .. ':paces'
local function SetPace(name, ours)
  if ours == 0 then return end
  local theirs, owner, until_ms = string.match(redis.call('HGET', paces, name) or '', '^(%d+) (%S+) (%d+)$')
  local over = not theirs or tonumber(until_ms) < now
  if not over and owner ~= machine and ours >= tonumber(theirs) then return end
  redis.call('HSET', paces, name, string.format('%d %s %d', ours, machine, now + 60000))
  if over or math.abs(ours - tonumber(theirs)) * 20 > tonumber(theirs) or tonumber(until_ms) < now + 30000 then
    redis.call('HINCRBY', info, 'pace-version', 1)
  end
end

local function PacesOfOthers()
  local list = {}
  local all = redis.call('HGETALL', paces)
  for i = 1, #all, 2 do
    local part, owner, until_ms = string.match(all[i + 1], '^(%d+) (%S+) (%d+)$')
    if not part or tonumber(until_ms) < now then
      redis.call('HDEL', paces, all[i])
    elseif owner ~= machine then
      table.insert(list, all[i])
      table.insert(list, tonumber(part))
      table.insert(list, tonumber(until_ms) - now)
    end
  end
  return list
end

local answer = {tonumber(redis.call('HGET', info, 'block-version') or '0'), members, 0, {}}
for at = 7, #ARGV - 7, 8 do
  local rate, share = Lend(at)
  SetPace(ARGV[at], tonumber(ARGV[at + 7]))
  table.insert(answer, {rate, share})
end
local version = redis.call('HGET', info, 'pace-version') or '0'
answer[3] = tonumber(version)
if version ~= ARGV[6] then answer[4] = PacesOfOthers() end
return answer
