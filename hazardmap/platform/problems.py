"""Problem documents (RFC 9457): how every error looks that a program may read."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse, JsonResponse

MEDIA_TYPE = "application/problem+json"


def problem(code: int, detail: str, faults: Sequence[tuple[str, str]] = ()) -> dict[str, Any]:
    """The members of a problem document. faults: pairs of a field's name and the broken rule."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(code).phrase,
        "status": code,
        "detail": detail,
    }
    if faults:
        body["errors"] = [{"pointer": field, "detail": rule} for field, rule in faults]
    return body


def answer(code: int, detail: str) -> HttpResponse:
    """A problem outside REST framework."""
    return JsonResponse(problem(code, detail), status=code, content_type=MEDIA_TYPE)
