"""Texts with a NUL, which PostgreSQL cannot hold: nobody types one, and we have not failed."""

from collections.abc import Callable

from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hazardmap.platform.problems import MACHINE_READ


class Unstorable:
    """Middleware: of a page, what could not even be sent to the database is a bad request.

    What programs send is checked where it is read.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if request.path.startswith(MACHINE_READ) or not isinstance(error, DataError):
            return None
        if getattr(error.__cause__, "sqlstate", None) is not None:
            return None  # the server's own word
        return render(request, "web/400.html", status=400)
