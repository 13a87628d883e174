"""Scripts that Redis runs as one step, and how one goes on without Redis.

Nothing that may not be lost is kept in Redis. While it cannot be reached, whoever counts there
counts in its own process and takes it that PROCESSES_AT_MOST others do the same.
"""

import time
from functools import lru_cache
from typing import Any, Final

from django.conf import settings
from django.core.cache import cache
from redis import ConnectionPool, Redis, RedisError
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NotConnected
from redis.retry import Retry

PROCESSES_AT_MOST: Final = 8
ASK_AGAIN_AFTER_S: Final = 1.0
_lost_until: dict[str, float] = {}


class RedisLost(Exception):
    """There is no Redis at the moment."""


class Script:
    """Lua, by the name of the key that it works on."""

    def __init__(self, lua: str) -> None:
        self._lua = lua

    def __call__(self, key: str, *arguments: str | int | float) -> Any:
        """Raises RedisLost: at once for a while after Redis could not be reached."""
        location = str(settings.CACHES["default"]["LOCATION"])
        if time.monotonic() < _lost_until.get(location, 0.0):
            raise RedisLost
        try:
            run = _client(location).register_script(self._lua)
            return run(keys=[cache.make_key(key)], args=list(arguments))
        except (RedisError, ValueError) as error:  # ValueError: no address of any Redis
            _lost_until[location] = time.monotonic() + ASK_AGAIN_AFTER_S
            raise RedisLost from error


@lru_cache(maxsize=8)
def _client(location: str) -> Redis:
    """A connection that has died is replaced once; nothing else is tried twice."""
    again = Retry(NoBackoff(), 1, supported_errors=(NotConnected,))
    pool = ConnectionPool.from_url(
        location, socket_timeout=1, socket_connect_timeout=1, retry=again, decode_responses=True
    )
    return Redis(connection_pool=pool)
