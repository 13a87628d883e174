"""What a caller gets where there is nothing or where we failed: a page, or a problem document."""

import sys
from typing import Final

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation

from hazardmap.platform.disk import NO_ROOM
from hazardmap.platform.problems import MACHINE_READ, answer
from hazardmap.platform.request_id import request_id
from hazardmap.web.form_addresses import page_before
from hazardmap.web.language import language_of

RETRY_AFTER_S: Final = 5


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(MACHINE_READ):
        return _problem(request, 400, "The request is malformed.")
    return _alone(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(MACHINE_READ):
        return _problem(request, 403, "This is not for you.")
    return render(request, "web/403.html", status=403)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without the token of this session (CSRF): of a page from before somebody signed in."""
    return render(request, "web/403_form.html", {"page": page_before(request)}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(MACHINE_READ):
        return _problem(request, 404, f"There is nothing at {request.path}.")
    return render(request, "web/404.html", status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """Called where an exception was caught. What passes by itself is 503: clients try it again."""
    if _passes(sys.exception()):
        answered = _away(request)
        answered.headers["Retry-After"] = str(RETRY_AFTER_S)
        return answered
    if request.path.startswith(MACHINE_READ):
        return _problem(request, 500, "The server failed. The failure has been logged.")
    return _alone(request, 500)


def _passes(error: BaseException | None) -> bool:
    """The database is away, full or overloaded, or there is no room to note what was used."""
    if isinstance(error, OperationalError | InterfaceError):
        return True
    return isinstance(error, OSError) and error.errno in NO_ROOM


def _away(request: HttpRequest) -> HttpResponse:
    if request.path.startswith(MACHINE_READ):
        return _problem(request, 503, "The site cannot answer at the moment. Ask again soon.")
    return _alone(request, 500, status=503)


def _alone(request: HttpRequest, page: int, *, status: int | None = None) -> HttpResponse:
    """Without session and database, which may be what failed; and before any language is set.

    page: the code that it was written for; status: another one that it is sent with.
    """
    with translation.override(language_of(request)):
        return HttpResponse(render_to_string(f"web/{page}.html"), status=status or page)


def _problem(request: HttpRequest, code: int, detail: str) -> HttpResponse:
    return answer(code, detail, request_id=request_id(request.META))
