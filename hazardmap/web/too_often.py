"""People who open pages or send forms faster than one may: a page says so."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hazardmap.platform.problems import MACHINE_READ, MEDIA_TYPE


class TooOften:
    """Middleware: a problem document of 429 is a page for whoever sees pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_document = response.headers.get("Content-Type") == MEDIA_TYPE
        if response.status_code != 429 or not is_document or not _by_a_person(request):
            return response
        page = render(request, "web/429.html", status=429)
        if (wait_s := response.headers.get("Retry-After")) is not None:
            page.headers["Retry-After"] = wait_s
        return page


def _by_a_person(request: HttpRequest) -> bool:
    """In a browser's window: what its scripts ask for says that it takes anything."""
    asked_for_page = "text/html" in request.headers.get("Accept", "")
    return asked_for_page and not request.path.startswith(MACHINE_READ)
