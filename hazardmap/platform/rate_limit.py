"""How often something may happen, counted in Redis; without Redis, in this process alone."""

import math
import time
from dataclasses import dataclass
from threading import Lock

from hazardmap.platform.redis_script import PROCESSES_AT_MOST, RedisLost, Script

_local: dict[str, int] = {}
_lock = Lock()
_LOCAL_BUCKETS = 10_000

# A full bucket has ARGV[1] tokens and fills in ARGV[2] seconds; it is ARGV[3]. What is taken from
# an empty one is refused and costs nothing. Answers the tokens left, below zero if refused.
_TAKE = Script("""
local limit, period_s, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local known = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens, at = tonumber(known[1] or limit), tonumber(known[2] or now)
tokens = math.min(limit, tokens + math.max(0, now - at) * limit / period_s)
if tokens < 1 then return tostring(tokens - 1) end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens - 1), 'at', string.format('%.6f', now))
redis.call('EXPIRE', KEYS[1], math.ceil(period_s) + 1)
return tostring(tokens - 1)
""")


@dataclass(frozen=True, slots=True)
class Left:
    """events: how many more there may be; below zero, this one was too many. reset_s: until all
    may come again.
    """

    events: int
    reset_s: int


def spend(bucket: str, *, limit: int, period_s: int) -> Left:
    """Take one event from a bucket that holds `limit` of them and fills within a period.

    Without Redis each process allows a part of the limit, in fixed periods of the clock.
    """
    try:
        tokens = float(_TAKE(f"bucket:{bucket}", limit, period_s, repr(time.time())))
    except RedisLost:
        share = max(1, limit // PROCESSES_AT_MOST)
        events = share - _count_locally(_key(bucket, period_s))
        return Left(events, math.ceil(period_s - time.time() % period_s))
    return Left(math.floor(tokens), math.ceil((limit - max(0.0, tokens)) * period_s / limit))


def allow(bucket: str, *, limit: int, period_s: int) -> bool:
    """Take one event from a bucket; False if it is empty."""
    return spend(bucket, limit=limit, period_s=period_s).events >= 0


def allow_here(bucket: str, *, limit: int, period_s: int) -> bool:
    """Count one event in this process alone, in fixed periods: for answers that cost less than a
    call of Redis."""
    return _count_locally(_key(bucket, period_s)) <= limit


def _key(bucket: str, period_s: int) -> str:
    return f"rate:{bucket}:{int(time.time() // period_s)}"


def _count_locally(key: str) -> int:
    with _lock:
        if len(_local) >= _LOCAL_BUCKETS:
            _local.clear()
        _local[key] = _local.get(key, 0) + 1
        return _local[key]
