"""What the server refuses, in its own words."""

from typing import Any, NamedTuple

import httpx


class BrokenRule(NamedTuple):
    """The field that it is about, and what would be right."""

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
            BrokenRule(str(one.get("pointer")), str(one.get("detail")))
            for one in problem.get("errors", [])
        ]
        super().__init__(f"{self.status} {problem.get('detail', answer.reason_phrase)}")
