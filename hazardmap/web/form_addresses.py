"""Forms that are sent by somebody who is not signed in, or no longer."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlencode, urlsplit

from django.http import HttpRequest, HttpResponse
from django.utils.http import escape_leading_slashes, url_has_allowed_host_and_scheme

_SIGN_IN = ("/login/", "/admin/login/")


class FormAddresses:
    """Middleware: they come back to the page of the form, and not to where it was sent."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method == "POST" and _asks_to_sign_in(request, response):
            where = urlsplit(response.headers["Location"]).path
            response.headers["Location"] = f"{where}{then(request)}"
        return response


def then(request: HttpRequest) -> str:
    """The query of a page to sign in at, by which one comes back; empty where nobody knows."""
    page = request.get_full_path() if request.method in {"GET", "HEAD"} else page_before(request)
    return f"?{urlencode({'next': page})}" if page else ""


def page_before(request: HttpRequest) -> str:
    """The page of ours that sent the form."""
    before = request.headers.get("Referer", "")
    own = {request.get_host()}
    if not url_has_allowed_host_and_scheme(before, own, require_https=request.is_secure()):
        return ""
    page = urlsplit(before)
    if not page.netloc:
        return ""
    # Two slashes at its beginning would be another site.
    return escape_leading_slashes(page._replace(scheme="", netloc="", fragment="").geturl())


def _asks_to_sign_in(request: HttpRequest, response: HttpResponse) -> bool:
    """By sending to the sign-in, to come back where a form was sent."""
    to = urlsplit(response.headers.get("Location", ""))
    back = parse_qs(to.query).get("next", [""])[0]
    return to.path in _SIGN_IN and urlsplit(back).path == request.path
