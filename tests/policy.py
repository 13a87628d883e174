"""A page against its own Content Security Policy."""

from html.parser import HTMLParser
from typing import Any


def blocked_by_policy(answer: Any) -> list[str]:
    """What browsers would not run or show of this page, which may have nothing inline."""
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    finder = _Finder()
    finder.feed(answer.content.decode())
    return finder.blocked


class _Finder(HTMLParser):
    """Collects what a policy without 'unsafe-inline' would block."""

    def __init__(self) -> None:
        super().__init__()
        self.blocked: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        data_block = names.get("type") in {"application/json", "text/html"}
        if tag == "style" or (tag == "script" and "src" not in names and not data_block):
            self.blocked.append(f"<{tag}>")
        self.blocked += [f"{tag} {n}" for n in names if n == "style" or n.startswith("on")]
        outside = [v for n, v in attrs if n in {"src", "href"} and "//" in (v or "")]
        self.blocked += [f"{tag} {v}" for v in outside if tag in {"script", "link", "img"}]
