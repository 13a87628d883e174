"""Which pages of other sites may read an answer (CORS: fetch.spec.whatwg.org).

Here no answer depends on a cookie: programs show a token, or nothing. So any page may read what is
public, and what its key opens. A key that is limited to origins opens it for their pages alone.
What devices and finders of keys send is not for pages of others.
"""

from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

OPEN: Final = ("/api/v1/", "/ogc/", "/feeds/", "/tiles/v1/")
NOT_OPEN: Final = ("/api/v1/frames", "/api/v1/pair", "/api/v1/keys/")
METHODS: Final = "GET, HEAD, POST, PATCH, DELETE"
ASKED_BY: Final = (
    "Authorization, Content-Type, Idempotency-Key, If-Modified-Since, If-None-Match, Range"
)
SHOWN: Final = (
    "Content-Range, ETag, Idempotent-Replayed, Link, Location, RateLimit, RateLimit-Policy, "
    "Retry-After, Server-Timing, X-As-Of, X-Cost, X-Cursor, X-Data-Age, X-Request-Id"
)
REMEMBERED_S: Final = 7200
"""As long as Chromium remembers a preflight at most; Firefox would take a day."""
_ONLY: Final = "hazardmap.only_origin"  # no header of a client can have a name like that


def only_for(meta: dict[str, Any], origin: str | None) -> None:
    """The answer to the request with this META is for pages of this origin; None: for no page."""
    meta[_ONLY] = origin


class CrossOrigin:
    """Answers preflights, which know no key yet, without asking anything; then opens answers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(OPEN) or request.path.startswith(NOT_OPEN):
            return self.get_response(request)
        if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            return _preflight()
        response = self.get_response(request)
        origin = request.META.get(_ONLY, "*")
        del response.headers["Access-Control-Allow-Origin"]
        if origin is not None:
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers.setdefault("Access-Control-Expose-Headers", SHOWN)
        if origin != "*":
            patch_vary_headers(response, ("Origin",))
        return response


def _preflight() -> HttpResponse:
    return HttpResponse(
        status=204,
        headers={
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Methods": METHODS,
            "Access-Control-Allow-Headers": ASKED_BY,
            "Access-Control-Max-Age": str(REMEMBERED_S),
            "Cache-Control": f"public, max-age={REMEMBERED_S}",
        },
    )
