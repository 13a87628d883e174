"""The OpenAPI document, and requests of httpx to the site in this process."""

import json

import httpx
from django.test import Client

from tests.stack import REPOSITORY

SITE = "http://testserver"
DOCUMENT = json.loads((REPOSITORY / "docs" / "openapi.json").read_text())
OPERATIONS = {
    one["operationId"]: one for methods in DOCUMENT["paths"].values() for one in methods.values()
}


def through(client: Client) -> httpx.MockTransport:
    """Sends requests of httpx to the site in this process."""

    def handle(request: httpx.Request) -> httpx.Response:
        headers = {k: v for k, v in request.headers.items() if k.lower() != "host"}
        kind = headers.get("content-type", "application/octet-stream")
        path = request.url.raw_path.decode()
        answer = client.generic(
            request.method, path, request.content, content_type=kind, headers=headers
        )
        body = answer.getvalue() if answer.streaming else answer.content
        return httpx.Response(answer.status_code, headers=dict(answer.items()), content=body)

    return httpx.MockTransport(handle)
