"""The connection over which a thread builds tiles, beside the one that Django gives it.

A tile is one statement. On Django's own connection it is five: is the connection alive, BEGIN, its
time limit, the tile, COMMIT. Here the limit belongs to the connection, each statement is its own
transaction, and whether the server has hung up is asked of the socket.
"""

import select
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from hazardmap.platform.silence import hanging_up_after

_DEFAULT: Final = "default"
_thread = threading.local()


@contextmanager
def own_connection(*, statement_timeout_ms: int, silence_s: float) -> Iterator[None]:
    """The block's statements go over this thread's connection for tiles.

    A statement over the first time is cancelled, a server that is silent for the second left.
    Whoever is in a transaction stays in it, without the first.
    """
    if connection.in_atomic_block:
        with hanging_up_after(silence_s):
            yield
        return
    djangos, own = connections[_DEFAULT], _own()
    connections[_DEFAULT] = own
    try:
        with hanging_up_after(silence_s, own):
            if not _is_good(own):
                _connect(own, statement_timeout_ms)
            yield
    finally:
        connections[_DEFAULT] = djangos


def close() -> None:
    """End this thread's connection for tiles; the next tile connects anew."""
    _own().close()


def _own() -> BaseDatabaseWrapper:
    wrapper: BaseDatabaseWrapper | None = getattr(_thread, "wrapper", None)
    if wrapper is None:
        wrapper = _thread.wrapper = connections.create_connection(_DEFAULT)
    return wrapper


def _connect(wrapper: BaseDatabaseWrapper, statement_timeout_ms: int) -> None:
    wrapper.close()
    with wrapper.cursor() as cursor:
        cursor.execute(f"SET statement_timeout = {statement_timeout_ms}")


def _is_good(wrapper: BaseDatabaseWrapper) -> bool:
    """Whether a statement may be sent. An idle server says something only when it goes."""
    if wrapper.connection is None or wrapper.errors_occurred:
        return False
    if wrapper.close_at is not None and time.monotonic() >= wrapper.close_at:
        return False
    line = select.poll()
    try:
        line.register(wrapper.connection.fileno(), select.POLLIN)
    except psycopg.Error:  # it has no socket any more
        return False
    return not line.poll(0)
