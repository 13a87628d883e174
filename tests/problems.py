"""What every refusal of the API looks like."""

import re
from typing import Any
from urllib.parse import unquote

POINTER = re.compile(r"#(/([^~/]|~[01])*)*")


def assert_problem(answer: Any, code: int, field: str = "", rule: str = "") -> None:
    assert answer.status_code == code, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == code
    assert body["title"]
    if field:
        errors = [(place_of(error), error["detail"]) for error in body["errors"]]
        assert [text for name, text in errors if name == field and rule in text], errors
        named = unquote(field).removeprefix("#/").replace("#", "body")
        assert f"{named}: " in body["detail"]


def place_of(error: dict[str, str]) -> str:
    """#/member of the body (RFC 6901 in a fragment), or the name of a parameter or a header."""
    ((kind, place),) = ((name, text) for name, text in error.items() if name != "detail")
    assert kind in {"pointer", "parameter", "header"}
    assert (kind == "pointer") == place.startswith("#")
    assert kind != "pointer" or POINTER.fullmatch(unquote(place)), place
    return place
