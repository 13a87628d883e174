"""Every request of a program has an id, and its answer says how long it took."""

from collections.abc import Callable
from time import perf_counter
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

from hazardmap.platform.ids import new_id

TRACED = ("/api/", "/ogc/", "/feeds/")
"""What programs ask for."""
_KEY = "hazardmap.request_id"  # no header of a client can have a name like that


def request_id(meta: dict[str, Any]) -> str:
    """Of the request with this META: in its answer, its problem and its usage. Chosen by us."""
    return str(meta.setdefault(_KEY, str(new_id())))


class Traced:
    """Adds X-Request-Id, and Server-Timing (W3C) with the time in the database and in all."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(TRACED):
            return self.get_response(request)
        begin, clock = perf_counter(), _Clock()
        with connection.execute_wrapper(clock):
            response = self.get_response(request)
        total_ms = (perf_counter() - begin) * 1000
        response.headers["X-Request-Id"] = request_id(request.META)
        response.headers["Server-Timing"] = f"db;dur={clock.ms:.1f}, total;dur={total_ms:.1f}"
        return response


class _Clock:
    """Adds up the time of statements."""

    def __init__(self) -> None:
        self.ms = 0.0

    def __call__(self, execute: Callable[..., Any], *statement: Any) -> Any:
        begin = perf_counter()
        try:
            return execute(*statement)
        finally:
            self.ms += (perf_counter() - begin) * 1000
