"""Problem documents (RFC 9457): how every error looks that a program may read."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse, JsonResponse

MEDIA_TYPE = "application/problem+json"
MACHINE_READ = ("/api/v", "/ogc/", "/feeds/", "/tiles/", "/map/", "/images/")
"""Addresses that programs ask: errors there are no pages."""


Broken = dict[str, str]
"""One broken rule: `detail`, and where it is, in one of the three ways below."""


def in_body(field: str, rule: str) -> Broken:
    """field: a JSON Pointer without its first slash; "" is the whole body."""
    return {
        "pointer": f"#/{quote(field, safe='/~', errors='replace')}" if field else "#",
        "detail": rule,
    }


def in_parameter(field: str, rule: str) -> Broken:
    return {"parameter": field, "detail": rule}


def in_header(field: str, rule: str) -> Broken:
    return {"header": field, "detail": rule}


def problem(
    code: int,
    detail: str,
    errors: Sequence[Broken] = (),
    *,
    request_id: str | None = None,
    **more: Any,
) -> dict[str, Any]:
    """The members of a problem document. more: members that replace or extend these."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(code).phrase,
        "status": code,
        "detail": detail,
    }
    if request_id is not None:
        body["instance"] = f"urn:uuid:{request_id}"
    if errors:
        body["errors"] = list(errors)
    return body | more


def answer(code: int, detail: str, errors: Sequence[Broken] = (), **more: Any) -> HttpResponse:
    """A problem outside REST framework. more: as `problem` takes it."""
    body = problem(code, detail, errors, **more)
    return JsonResponse(body, status=code, content_type=MEDIA_TYPE)
