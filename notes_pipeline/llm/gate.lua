-- The gate before one model of one endpoint, shared by all workers: one script, so that each step is atomic.
--
-- KEYS[1] the breaker of the endpoint, KEYS[2] the limits of the model there; each one MessagePack table. To read one:
--   EVAL "return cjson.encode(cmsgpack.unpack(redis.call('GET', KEYS[1])))" 1 <key>
-- ARGV[1] the verb, ARGV[2] limits and tuning as JSON (Limits and Tuning in gate.py), ARGV[3..] what the verb takes.
-- Times are seconds of this server's clock: the clocks of workers differ. Buckets are GCRA: `.._tat` is the time at
-- which the bucket will be full again, and a call moves it on by what the call costs, in seconds at the rate allowed.

local GO, BUSY, DOWN = 0, 1, 2

local settings = cjson.decode(ARGV[2])
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1e6

local function load(key)
  local packed = redis.call('GET', key)
  return packed and cmsgpack.unpack(packed) or {}
end

-- `least_s`: what is remembered must outlive a pause that is longer than the time after which the unused is dropped.
local function save(key, state, least_s)
  redis.call('SET', key, cmsgpack.pack(state), 'EX', math.ceil(math.max(settings.forget_after_s, least_s or 0)))
end

local function save_limits(limits)
  save(KEYS[2], limits, (limits.paused_until or now) - now + 60)
end

-- Lua numbers become integers on their way out.
local function us(seconds)
  return math.ceil(seconds * 1e6)
end

-- Breaker: failures (in a row), failing_since; while open also trials, trial, next_trial_at ---------------

local function trial_gap_s(breaker)
  return math.min(settings.first_trial_after_s * 2 ^ breaker.trials, settings.longest_trial_gap_s)
end

local function note_answer()
  redis.call('DEL', KEYS[1])
end

-- `trial`: the mark of the trial that failed, 0 for an ordinary call. Calls that were under way when the breaker
-- opened fail late: they say nothing new, and must not end a trial that is not theirs.
local function note_failure(trial)
  local breaker = load(KEYS[1])
  if not breaker.next_trial_at then
    breaker.failures = (breaker.failures or 0) + 1
    breaker.failing_since = breaker.failing_since or now
    if breaker.failures >= settings.failures_to_open then
      breaker.trials = 0
      breaker.next_trial_at = now + trial_gap_s(breaker)
    end
  elseif trial > 0 and trial == breaker.trial then
    breaker.trials, breaker.trial = breaker.trials + 1, nil
    breaker.next_trial_at = now + trial_gap_s(breaker)
  end
  save(KEYS[1], breaker)
end

-- Limits: requests_tat, tokens_tat, paused_until; allowed, ceiling, cut_at, raised_at (adaptation); minute, seen,
-- seen_before (count of calls); next_turn (queue); claim_s, claim_until (large calls) ----------------------------------

local function count_call(limits)
  local minute = math.floor(now / 60)
  if limits.minute ~= minute then
    limits.seen_before = limits.minute == minute - 1 and limits.seen or 0
    limits.minute, limits.seen = minute, 0
  end
  limits.seen = limits.seen + 1
end

-- Calls let through in the last minute: the part of the minute before that is still within it counts as even.
local function seen_lately(limits)
  local minute = math.floor(now / 60)
  local share = 1 - (now / 60 - minute)
  if limits.minute == minute then
    return limits.seen + limits.seen_before * share
  end
  return limits.minute == minute - 1 and limits.seen * share or 0
end

local function request_gap_s(limits)
  local rate = limits.allowed or settings.requests_per_minute
  return rate and 60 / rate
end

local function request_burst_s(gap_s)
  return math.max(settings.request_burst_s, gap_s)
end

-- All calls a moment apart that are turned away tell of one excess, so it is cut once: not again within
-- `cut_every_s`, nor while paused. Starts from the calls really made: a limit far above them would hold nothing back.
local function cut_rate(limits)
  if now < (limits.paused_until or 0) or now < (limits.cut_at or 0) + settings.cut_every_s then
    return
  end
  local configured = settings.requests_per_minute
  local seen = seen_lately(limits)
  limits.ceiling = configured or limits.ceiling or math.max(settings.lift_at * seen, settings.least_ceiling)
  local from = math.min(limits.allowed or configured or seen, seen)
  limits.allowed = math.max(from * settings.cut_to, math.min(settings.least_allowed, limits.ceiling))
  limits.cut_at, limits.raised_at = now, now
end

-- Additive: the whole ceiling in `recovery_s`, however many callers there are. Time without answers counts at most
-- `longest_raise_s`: a silent half hour proves nothing.
local function raise_rate(limits)
  if not limits.allowed then
    return
  end
  local since = math.max(limits.raised_at, limits.paused_until or 0)
  local proven_s = math.min(math.max(now - since, 0), settings.longest_raise_s)
  limits.allowed = limits.allowed + limits.ceiling * proven_s / settings.recovery_s
  limits.raised_at = math.max(since, now)
  if limits.allowed >= limits.ceiling then
    limits.allowed, limits.ceiling, limits.cut_at, limits.raised_at = nil, nil, nil, nil
  end
end

-- After a pause calls set out one by one: the bucket must not have filled meanwhile.
local function pause(limits, pause_s)
  limits.paused_until = math.max(limits.paused_until or 0, now + pause_s)
  local gap_s = request_gap_s(limits)
  if gap_s then
    local emptied = limits.paused_until + request_burst_s(gap_s) - gap_s
    limits.requests_tat = math.max(limits.requests_tat or 0, emptied)
  end
end

local function settle_tokens(limits, expected, used)
  if not (settings.tokens_per_minute and limits.tokens_tat) then
    return
  end
  local over_s = (used - expected) * 60 / settings.tokens_per_minute
  local from = over_s > 0 and math.max(limits.tokens_tat, now) or limits.tokens_tat
  limits.tokens_tat = from + over_s
end

-- Verbs ---------------------------------------------------------------------------------------------------------------

-- Nothing is reserved for those who wait, but each is told a turn of its own, one call apart: they neither come back
-- in a crowd nor find a bucket emptied by the one before. Beyond `spread_s` the caller draws lots over that time: turns
-- of callers that never came back must not put off the others for longer.
local function turn_back(limits, ready_at, step_s, claim_s)
  local turn = math.max(ready_at, limits.next_turn or 0)
  local lots_s = 0
  if turn > ready_at + settings.spread_s then
    turn, lots_s = ready_at, settings.spread_s
  else
    limits.next_turn = turn + math.min(step_s, settings.spread_s)
  end
  if claim_s then
    limits.claim_s, limits.claim_until = claim_s, turn + lots_s + settings.claim_grace_s
  end
  save_limits(limits)
  redis.call('EXPIRE', KEYS[1], settings.forget_after_s)
  return { BUSY, us(turn - now), us(lots_s) }
end

-- Give {GO, mark of the trial or 0, 0}, {BUSY, wait in us, us to add by lot} or {DOWN, wait in us, us it is down}.
local function enter(tokens)
  local breaker = load(KEYS[1])
  if breaker.next_trial_at and now < breaker.next_trial_at then
    redis.call('EXPIRE', KEYS[1], settings.forget_after_s)
    local wait_s = math.min(breaker.next_trial_at - now, trial_gap_s(breaker))
    return { DOWN, us(wait_s), us(now - breaker.failing_since) }
  end

  local limits = load(KEYS[2])
  local ready_at = math.max(now, limits.paused_until or 0)
  local gap_s = request_gap_s(limits)
  if gap_s then
    ready_at = math.max(ready_at, (limits.requests_tat or 0) + gap_s - request_burst_s(gap_s))
  end

  -- A call with more tokens than the bucket holds needs the bucket full. While a call that was turned back waits for
  -- more tokens than this one needs, this one needs as many: else small calls would keep the bucket empty for ever.
  local cost_s, claim_s
  if settings.tokens_per_minute then
    cost_s = tokens * 60 / settings.tokens_per_minute
    local need_s = math.min(cost_s, settings.token_burst_s)
    local claimed_s = now < (limits.claim_until or 0) and limits.claim_s or 0
    local tokens_at = (limits.tokens_tat or 0) + math.max(need_s, claimed_s) - settings.token_burst_s
    ready_at = math.max(ready_at, tokens_at)
    if need_s >= claimed_s then
      limits.claim_s, limits.claim_until = nil, nil
      claim_s = tokens_at > now and need_s or nil
    end
  end

  if ready_at > now then
    return turn_back(limits, ready_at, math.max(gap_s or 0, cost_s or 0), claim_s)
  end
  if gap_s then
    limits.requests_tat = math.max(limits.requests_tat or 0, now) + gap_s
  end
  if cost_s then
    limits.tokens_tat = math.max(limits.tokens_tat or 0, now) + cost_s
  end
  count_call(limits)
  save_limits(limits)

  if breaker.next_trial_at then
    breaker.trial = us(now)
    breaker.next_trial_at = now + settings.trial_time_s
    save(KEYS[1], breaker)
    return { GO, breaker.trial, 0 }
  end
  redis.call('EXPIRE', KEYS[1], settings.forget_after_s)
  return { GO, 0, 0 }
end

local function answered(expected, used)
  note_answer()
  local limits = load(KEYS[2])
  raise_rate(limits)
  settle_tokens(limits, expected, used)
  save_limits(limits)
end

-- Work that was not done costs no tokens.
local function turned_away(expected, pause_s)
  note_answer()
  local limits = load(KEYS[2])
  cut_rate(limits)
  pause(limits, pause_s)
  settle_tokens(limits, expected, 0)
  save_limits(limits)
end

local function failed(expected, trial)
  note_failure(trial)
  local limits = load(KEYS[2])
  settle_tokens(limits, expected, 0)
  save_limits(limits)
end

local verbs = { enter = enter, answered = answered, turned_away = turned_away, failed = failed }
return verbs[ARGV[1]](tonumber(ARGV[3]), tonumber(ARGV[4]))
