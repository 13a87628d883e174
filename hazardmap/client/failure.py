"""What the server refuses, in its own words."""

from typing import Any, NamedTuple
from urllib.parse import unquote

import httpx


class BrokenRule(NamedTuple):
    """What it is about, and what would be right.

    field: the parameter, the header, or the member of the body as a JSON Pointer without its `#/`
    (`edge/complete`; "" is the whole body).
    """

    field: str
    rule: str


class ApiError(Exception):
    """A problem document (RFC 9457). status: of HTTP. rules: each that was broken."""

    def __init__(self, answer: httpx.Response) -> None:
        self.status = answer.status_code
        self.request_id = answer.headers.get("X-Request-Id")
        try:
            problem: dict[str, Any] = answer.json()
        except ValueError:
            problem = {}
        self.type = str(problem.get("type", "about:blank"))
        self.rules = [
            BrokenRule(_place(one), str(one.get("detail"))) for one in problem.get("errors", [])
        ]
        super().__init__(f"{self.status} {problem.get('detail', answer.reason_phrase)}")


def _place(rule: dict[str, Any]) -> str:
    name = rule.get("parameter") or rule.get("header")
    return str(name) if name else unquote(str(rule.get("pointer", "#")))[1:].removeprefix("/")
