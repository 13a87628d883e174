"""How often something may happen, counted in Redis; without Redis, in this process alone."""

import math
import time
from dataclasses import dataclass
from threading import Lock

from django.core.cache import cache
from redis import RedisError

_local: dict[str, int] = {}
_lock = Lock()
_LOCAL_BUCKETS = 10_000


@dataclass(frozen=True, slots=True)
class Left:
    """events: how many more there may be; below zero, this one was too many. reset_s: until all
    may come again.
    """

    events: int
    reset_s: int


def spend(bucket: str, *, limit: int, period_s: int) -> Left:
    """Count one event of `bucket`, which may have `limit` of them in each period.

    Periods are fixed windows of the clock, so at most 2 · limit events fall into any period_s.
    Without Redis each process counts for itself: stricter than nothing, looser than together.
    """
    key = _key(bucket, period_s)
    try:
        cache.add(key, 0, timeout=period_s * 2)
        count = int(cache.incr(key))
    except (RedisError, ValueError):
        count = _count_locally(key)
    return Left(limit - count, math.ceil(period_s - time.time() % period_s))


def allow(bucket: str, *, limit: int, period_s: int) -> bool:
    """Count one event of `bucket`; False if it is more than `limit` in this period."""
    return spend(bucket, limit=limit, period_s=period_s).events >= 0


def allow_here(bucket: str, *, limit: int, period_s: int) -> bool:
    """The same counted in this process alone: for answers that cost less than a call of Redis."""
    return _count_locally(_key(bucket, period_s)) <= limit


def _key(bucket: str, period_s: int) -> str:
    return f"rate:{bucket}:{int(time.time() // period_s)}"


def _count_locally(key: str) -> int:
    with _lock:
        if len(_local) >= _LOCAL_BUCKETS:
            _local.clear()
        _local[key] = _local.get(key, 0) + 1
        return _local[key]
