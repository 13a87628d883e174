"""Problem documents (RFC 9457): how every error looks that a program may read."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse, JsonResponse

MEDIA_TYPE = "application/problem+json"
MACHINE_READ = ("/api/v", "/ogc/", "/feeds/", "/tiles/", "/map/", "/images/")
"""Addresses that programs ask: errors there are no pages."""


def problem(
    code: int,
    detail: str,
    faults: Sequence[tuple[str, str]] = (),
    *,
    request: str | None = None,
    **more: Any,
) -> dict[str, Any]:
    """The members of a problem document.

    faults: pairs of a field's name and the broken rule. request: the id of the request. more:
    members that replace or extend these.
    """
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(code).phrase,
        "status": code,
        "detail": detail,
    }
    if request is not None:
        body["instance"] = f"urn:uuid:{request}"
    if faults:
        body["errors"] = [{"pointer": field, "detail": rule} for field, rule in faults]
    return body | more


def answer(
    code: int,
    detail: str,
    faults: Sequence[tuple[str, str]] = (),
    *,
    request: str | None = None,
    **more: Any,
) -> HttpResponse:
    """A problem outside REST framework."""
    body = problem(code, detail, faults, request=request, **more)
    return JsonResponse(body, status=code, content_type=MEDIA_TYPE)
