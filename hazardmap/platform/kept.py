"""Answers that may be a little old: made once, however many ask."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from django.core.cache import cache
from django.db import connection, transaction
from redis import RedisError

T = TypeVar("T")


def kept(key: str, make: Callable[[], T], *, keep_s: int) -> T:
    """What `make` gave at most so long ago; None is not kept, and without Redis nothing is."""
    try:
        found: T | None = cache.get(key)
        return _made(key, make, keep_s) if found is None else found
    except RedisError:
        return make()


@transaction.atomic
def _made(key: str, make: Callable[[], T], keep_s: int) -> T:
    """By one process at a time; whoever has waited finds it made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
    found: T | None = cache.get(key)
    if found is None:
        found = make()
        with suppress(RedisError):
            cache.set(key, found, keep_s)
    return found
