"""The API for people who read: every operation with code to copy, from its OpenAPI document."""

import json
from functools import lru_cache
from typing import Any, Final, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from hazardmap.platform.limited import limited

PAGES_PER_MINUTE: Final = 120
METHODS: Final = ("get", "post", "put", "patch", "delete")
EXAMPLE_SITE: Final = "https://map.example"


@require_safe
@limited("descriptions of the API", PAGES_PER_MINUTE)
def api_page(request: HttpRequest) -> HttpResponse:
    site = request.build_absolute_uri("/").rstrip("/")
    operations = [_here(one, site) for one in _operations()]
    shown = {"operations": operations, "sent": _messages(), "site": site}
    return render(request, "web/api.html", shown)


def _here(operation: dict[str, Any], site: str) -> dict[str, Any]:
    """With the address of this site in its code."""
    samples = [
        one | {"source": one["source"].replace(EXAMPLE_SITE, site)} for one in operation["samples"]
    ]
    return operation | {"samples": samples}


@lru_cache(maxsize=1)
def _document() -> dict[str, Any]:
    document = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
    return cast(dict[str, Any], document)


@lru_cache(maxsize=1)
def _operations() -> list[dict[str, Any]]:
    return [
        _said(path, method, operation)
        for path, methods in _document()["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    ]


@lru_cache(maxsize=1)
def _messages() -> list[dict[str, Any]]:
    """What endpoints are sent."""
    sent = ((name, methods["post"]) for name, methods in _document()["webhooks"].items())
    return [
        {
            "type": name,
            "description": one["description"],
            "headers": one["parameters"],
            "example": json.dumps(
                one["requestBody"]["content"]["application/json"]["example"], indent=2
            ),
        }
        for name, one in sent
    ]


def _said(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    title, _, more = operation.get("description", "").partition("\n\n")
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "title": title,
        "more": more,
        "parameters": operation.get("parameters", []),
        "answers": [
            {
                "status": status,
                "says": answer.get("description", ""),
                "types": list(answer.get("content", ())),
            }
            for status, answer in sorted(operation["responses"].items())
        ],
        "samples": operation["x-codeSamples"],
    }
