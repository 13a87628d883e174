"""A database that neither answers nor refuses: we hang up, and the wait ends in an error.

The server cancels what takes too long (statement_timeout), but not where it is itself stopped, or
its disk is; and libpq waits for it without end.
"""

import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Lock, Thread
from typing import Any, Final

import psycopg
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest
from django.http.response import HttpResponseBase

STATEMENT_S: Final = 35.0
"""By then a server that lives has cancelled any statement (settings.storage: after 30 s)."""
EVERY_S: Final = 0.2

_waits: dict[object, tuple[float, BaseDatabaseWrapper]] = {}
_starting = Lock()
_watch: Thread | None = None


@contextmanager
def hanging_up_after(
    silence_s: float, wrapper: BaseDatabaseWrapper | None = None
) -> Iterator[None]:
    """The block waits for the database so long, and hardly longer.

    Then whatever waits for an answer raises OperationalError. Making a connection has a timeout of
    its own (connect_timeout).
    """
    _start_watch()
    wait = object()
    _waits[wait] = (time.monotonic() + silence_s, wrapper or connections["default"])
    try:
        yield
    finally:
        _waits.pop(wait, None)


class Bounded:
    """Middleware: no statement of a request holds its thread for longer than STATEMENT_S."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with connections["default"].execute_wrapper(_bounded):
            return self._get_response(request)


def _bounded(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    with hanging_up_after(STATEMENT_S, context["connection"]):
        return execute(sql, params, many, context)


def _start_watch() -> None:
    global _watch  # noqa: PLW0603 - one for the process, made where it is first needed: after a fork
    if _watch is not None and _watch.is_alive():
        return
    with _starting:
        if _watch is None or not _watch.is_alive():
            _watch = Thread(target=_run, name="silent databases", daemon=True)
            _watch.start()


def _run() -> None:
    pause = Event()
    while not pause.wait(EVERY_S):
        now = time.monotonic()
        late = [wait for wait, (deadline, _) in list(_waits.items()) if now > deadline]
        for wait in late:
            if still := _waits.pop(wait, None):
                _hang_up(still[1])


def _hang_up(wrapper: BaseDatabaseWrapper) -> None:
    """End the connection under whoever waits for it; the connection itself is that thread's."""
    with suppress(OSError, psycopg.Error, AttributeError):  # it has just ended by itself
        line = socket.socket(fileno=os.dup(wrapper.connection.fileno()))
        line.shutdown(socket.SHUT_RDWR)
        line.close()
