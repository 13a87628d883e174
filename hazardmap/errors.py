"""What a caller gets where there is nothing or where we failed: a page, or a problem document."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation

from hazardmap.platform.problems import MACHINE_READ, answer
from hazardmap.platform.request_id import request_id
from hazardmap.web.form_addresses import page_before
from hazardmap.web.language import language_of


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
    if request.path.startswith(MACHINE_READ):
        return _problem(request, 500, "The server failed. The failure has been logged.")
    return _alone(request, 500)


def _alone(request: HttpRequest, code: int) -> HttpResponse:
    """Without session and database, which may be what failed; and before any language is set."""
    with translation.override(language_of(request)):
        return HttpResponse(render_to_string(f"web/{code}.html"), status=code)


def _problem(request: HttpRequest, code: int, detail: str) -> HttpResponse:
    return answer(code, detail, request_id=request_id(request.META))
