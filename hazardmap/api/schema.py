"""What the generated OpenAPI document cannot know: how errors look, and headers of answers."""

from typing import Any

from hazardmap.api.answer_headers import COMPONENTS, headers_of
from hazardmap.api.samples import add_samples
from hazardmap.platform.problems import MEDIA_TYPE

PROBLEM = {
    "type": "object",
    "description": "RFC 9457",
    "properties": {
        "type": {
            "type": "string",
            "description": "an address that says what it means and what to do, or about:blank "
            "where the status says all",
        },
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string", "description": "urn:uuid: and the id of the request"},
        "errors": {
            "type": "array",
            "description": "each broken rule, and the one place that it is about",
            "items": {
                "type": "object",
                "properties": {
                    "pointer": {
                        "type": "string",
                        "description": "a member of the body, as a JSON Pointer in a fragment "
                        "(RFC 6901): #/url, or # for the whole body; parts of a form are members",
                    },
                    "parameter": {
                        "type": "string",
                        "description": "a parameter in the query or the path, by its name",
                    },
                    "header": {"type": "string", "description": "a header, by its name"},
                    "detail": {"type": "string", "description": "the rule"},
                },
                "required": ["detail"],
            },
        },
    },
    "required": ["type", "title", "status", "detail"],
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same key and request again within 24 hours get the first answer again.",
    "schema": {"type": "string", "maxLength": 257},
    "example": '"8e03978e-40d5-43dd-bc93-6894a57f9324"',
}
WRITING = {
    "uploadFrame",
    "pairDevice",
    "addEndpoint",
    "rollEndpointSecret",
    "pauseEndpoint",
    "enableEndpoint",
    "testEndpoint",
    "replayDeadDeliveries",
    "replayDelivery",
    "addWatchArea",
    "reportLeakedKeys",
}
OWN = ("/api/v1/usage", "/api/v1/webhooks", "/api/v1/watch-areas", "/api/v1/deliveries")
"""The buyer's own things and no part of the map: they have no ETag."""
FREE = (*OWN, "/api/v1/coverage")
SOLD_AMONG_THEM = {"getDelivery"}
STREAMED = {"exportHazards"}


def describe_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add the errors that each operation can answer with, as problem documents."""
    result["components"]["schemas"]["Problem"] = PROBLEM
    result["components"]["headers"] = COMPONENTS
    body = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            operation.setdefault("security", [])  # what takes no token says so
            if operation["operationId"] in WRITING:
                operation.setdefault("parameters", []).append(IDEMPOTENCY_KEY)
            if method == "get" and not path.startswith(OWN) and _of_buyers(operation) - STREAMED:
                operation["responses"]["304"] = {"description": "as If-None-Match says; free"}
            # The web server itself answers this, in its own words.
            operation["responses"]["414"] = {"description": "the address is longer than 8 kB"}
            add_samples(path, method, operation)
            free = path.startswith(FREE) and operation["operationId"] not in SOLD_AMONG_THEM
            for status, description in _errors(operation, free=free).items():
                operation["responses"].setdefault(
                    status, {"description": description, "content": body}
                )
            _add_headers(operation)
    return result


def _add_headers(operation: dict[str, Any]) -> None:
    id_ = operation["operationId"]
    for status, answer in operation["responses"].items():
        headers = headers_of(status, operation, exported=id_ in STREAMED, writes=id_ in WRITING)
        if headers:
            answer["headers"] = answer.get("headers", {}) | headers


def _of_buyers(operation: dict[str, Any]) -> set[str]:
    """The id of an operation that buyers ask for; nothing for all others."""
    theirs = {"apiKey": []} in operation.get("security", ())
    return {operation["operationId"]} if theirs else set()


def _of_uploads(too_many: str) -> dict[str, str]:
    return {
        "403": "the owner has not agreed to the licence of uploads as it is today",
        "429": f"{too_many}; or too many frames of the account wait for detection",
        "503": "the disk is nearly full; `Retry-After` says when to try again",
    }


def _errors(operation: dict[str, Any], *, free: bool) -> dict[str, str]:
    places = {parameter["in"] for parameter in operation.get("parameters", [])}
    errors = {"400": "a rule is broken; `errors` names each field and rule"}
    if operation.get("security"):
        errors["401"] = "the token is missing, unknown, revoked or expired"
    if {"apiKey": []} in operation.get("security", ()):
        errors["403"] = "the key lacks the scope, or may not be used from here"
    if "path" in places:
        errors["404"] = "there is none, or it is somebody else's"
        errors["405"] = "what stands in the path is the name of another operation"
    if operation["operationId"] in STREAMED:
        errors["403"] += "; or the area is too large for a test key"
        errors["406"] = "no format that `Accept` asks for"
    if "requestBody" in operation:
        errors["413"] = "the body is too large"
        errors["415"] = "the body has another media type"
    if operation["operationId"] in WRITING:
        errors["409"] = "a request with this Idempotency-Key is being processed"
        errors["422"] = "this Idempotency-Key was used for another request"
    errors["429"] = "too many requests; `Retry-After` says when to go on, `RateLimit` how many may"
    if operation["operationId"] == "uploadFrame":
        errors |= _of_uploads(errors["429"])
    if _of_buyers(operation):
        if not free:
            errors["402"] = (
                "a spending cap is reached; `balance`, `cap` and `reset` say more; or a plan is "
                "needed"
            )
            errors["429"] += "; or the plan's quota is used up"
        errors["503"] = "it took too long: ask for a smaller area; or the site is away: ask again"
    return errors
