"""Answers that may be a little old: made once, however many ask."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from django.core.cache import cache
from django.db import transaction
from redis import RedisError

from hazardmap.platform.one_at_a_time import one_at_a_time

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
    one_at_a_time(key)
    found: T | None = cache.get(key)
    if found is None:
        found = make()
        with suppress(RedisError):
            cache.set(key, found, keep_s)
    return found
