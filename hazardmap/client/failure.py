"""What the server refuses, in its own words."""

import time
from datetime import UTC
from email.utils import parsedate_to_datetime
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
    """A problem document (RFC 9457). status: of HTTP. rules: each that was broken. retry_after_s:
    so long from now the same will be refused again; 0 where the server does not say.
    """

    def __init__(self, answer: httpx.Response) -> None:
        self.status = answer.status_code
        self.request_id = answer.headers.get("X-Request-Id")
        self.retry_after_s = retry_after_s(answer)
        try:
            problem: dict[str, Any] = answer.json()
        except ValueError:
            problem = {}
        self.type = str(problem.get("type", "about:blank"))
        self.rules = [
            BrokenRule(_place(one), str(one.get("detail"))) for one in problem.get("errors", [])
        ]
        super().__init__(f"{self.status} {problem.get('detail', answer.reason_phrase)}")


def retry_after_s(answer: httpx.Response) -> float:
    """Seconds, or a date, which may have gone by (RFC 9110, 10.2.3); 0 where there is neither."""
    text = answer.headers.get("Retry-After", "")
    if text.isascii() and text.isdecimal():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    left_s = until.replace(tzinfo=UTC).timestamp() - time.time()  # such a date is always GMT
    return max(left_s, 0.0)


def _place(rule: dict[str, Any]) -> str:
    name = rule.get("parameter") or rule.get("header")
    return str(name) if name else unquote(str(rule.get("pointer", "#")))[1:].removeprefix("/")
