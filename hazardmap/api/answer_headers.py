"""The headers of answers, for the OpenAPI document: each where it is sent, and nowhere else."""

from typing import Any, Final

_TEXT: Final = {"type": "string"}
_SAID: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "X-Request-Id": ("finds the request again; also `instance` of a problem", {"format": "uuid"}),
    "RateLimit-Policy": ("how many requests are allowed (q) in how many seconds (w)", {}),
    "RateLimit": ("how many are left (r), and for how many seconds (t)", {}),
    "Retry-After": ("seconds after which to try again", {"pattern": r"^\d+$"}),
    "ETag": ("for If-None-Match; the same as long as nothing but time has gone by", {}),
    "X-As-Of": ("when this was true", {"format": "date-time"}),
    "X-Data-Age": (
        "seconds since the map last changed anywhere; missing if it never has, and with `at`",
        {},
    ),
    "X-Cursor": ("of the newest change that the answer knows: listChanges goes on from it", {}),
    "Location": ("of what was made", {"format": "uri"}),
    "Idempotent-Replayed": (
        "`true` where it is the first answer to this Idempotency-Key, again",
        {"enum": ["true"]},
    ),
}
COMPONENTS: Final[dict[str, dict[str, Any]]] = {
    name: {"description": description, "schema": _TEXT | schema}
    for name, (description, schema) in _SAID.items()
}
FOLLOWED: Final = {"listHazards", "listHazardsInRegion", "exportHazards"}
LOCATED: Final = {"addEndpoint", "addWatchArea", "uploadFrame"}
TAGGED: Final = "304"
"""What may be answered so has an ETag."""


def headers_of(
    status: str, operation: dict[str, Any], *, exported: bool, writes: bool
) -> dict[str, Any]:
    """The headers of the answers of an operation that have this status."""
    if status == "414":  # the web server's own
        return {}
    names = ["X-Request-Id"]
    if status not in ("401", "403"):  # requests are counted of those who may ask
        names += ["RateLimit-Policy", "RateLimit"]
    if status in ("429", "503"):
        names.append("Retry-After")
    if status in ("200", TAGGED) and TAGGED in operation["responses"]:
        names.append("ETag")
    if status == "200" and exported:
        names += ["X-As-Of", "X-Data-Age"]
    if status in ("200", TAGGED) and operation["operationId"] in FOLLOWED:
        names.append("X-Cursor")
    if status in ("200", "201", "202") and operation["operationId"] in LOCATED:
        names.append("Location")
    if status.startswith("2") and writes:
        names.append("Idempotent-Replayed")
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
