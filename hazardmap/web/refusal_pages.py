"""A refusal is a page for whoever sees pages, where programs get a status or a problem document."""

from collections.abc import Callable

from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hazardmap.platform.problems import MACHINE_READ, MEDIA_TYPE


class RefusalPages:
    """Middleware: of an address that only takes forms and was opened, of what was asked for too
    often, and of texts with a NUL, which PostgreSQL cannot hold (nobody types one).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        document = response.headers.get("Content-Type") == MEDIA_TYPE
        too_often = response.status_code == 429 and document
        opened = response.status_code == 405 and request.method in {"GET", "HEAD"}
        if not (too_often or opened) or not _by_a_person(request):
            return response
        page = render(request, f"web/{response.status_code}.html", status=response.status_code)
        for name in ("Allow", "Retry-After"):
            if name in response.headers:
                page.headers[name] = response.headers[name]
        return page

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """What could not even be sent to the database is a bad request, and no failure of ours.

        What programs send is checked where it is read.
        """
        if request.path.startswith(MACHINE_READ) or not isinstance(error, DataError):
            return None
        if getattr(error.__cause__, "sqlstate", None) is not None:
            return None  # the server's own word
        return render(request, "web/400.html", status=400)


def _by_a_person(request: HttpRequest) -> bool:
    """In a browser's window: what its scripts ask for says that it takes anything."""
    asked_for_page = "text/html" in request.headers.get("Accept", "")
    return asked_for_page and not request.path.startswith(MACHINE_READ)
