"""What nginx hands to the servers behind it: whose request it is, whole bodies, and a stream."""

import json
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.nginx_front import in_front
from tests.web_server import serving

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

MOST_BYTES = 25 * 1024 * 1024
TILE, ARCHIVE = "/tiles/v1/hazards/3/1/1.mvt", "/tiles/v1/hazardmap.pmtiles"
FEW = [("rate=50r/s", "rate=1r/m"), ("burst=1000", "burst=2")]
UNKNOWN_PROXY = [("set_real_ip_from 127.0.0.0/8;", "")]


def echo(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """The web server: it says what it was told."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    told = {
        "bytes": len(environ["wsgi.input"].read(length)),
        "client": environ.get("HTTP_X_FORWARDED_FOR"),
    }
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(told).encode()]


@pytest.fixture
def web() -> Iterator[str]:
    with serving(echo) as there:
        yield there


def client_of(url: str, *, said: str) -> str:
    """Who the web server thinks has asked."""
    return str(httpx.get(url, headers={"X-Forwarded-For": said}).json()["client"])


def test_an_original_picture_lies_in_no_temporary_file(tmp_path: Path, web: str) -> None:
    whole = bytes(MOST_BYTES)
    with in_front(tmp_path / "nginx", web=web) as url:
        bodies = tmp_path / "nginx" / "body"
        began = bodies.stat().st_mtime_ns

        def sent(path: str, content: bytes | Iterable[bytes]) -> int:
            return int(httpx.post(f"{url}{path}", content=content, timeout=20).json()["bytes"])

        assert sent("/api/v1/frames", whole) == MOST_BYTES
        parts = (bytes(1_000_000) for _ in range(20))
        assert sent("/api/v1/frames", parts) == 20_000_000, "of a length that is not said"
        assert bodies.stat().st_mtime_ns == began
        assert sent("/api/v1/other", whole) == MOST_BYTES
        assert bodies.stat().st_mtime_ns > began, "a file would have been seen"
        larger = httpx.post(f"{url}/api/v1/frames", content=whole + b"x", timeout=20)
        assert larger.status_code == 413


def test_an_event_of_the_stream_is_passed_on_before_the_next(tmp_path: Path, web: str) -> None:
    heard = threading.Event()

    def stream(_: "WSGIEnvironment", start_response: "StartResponse") -> Iterator[bytes]:
        start_response("200 OK", [("Content-Type", "text/event-stream")])
        yield b"id: 1\n\n"
        yield b"id: 2\n\n" if heard.wait(5) else b"nobody has heard the first\n\n"

    with (
        serving(stream) as live,
        in_front(tmp_path / "nginx", web=web, live=live) as url,
        httpx.stream("GET", f"{url}/live/v1/hazards", timeout=20) as answer,
    ):
        events = answer.iter_raw()
        assert next(events) == b"id: 1\n\n"
        heard.set()
        assert next(events) == b"id: 2\n\n"


def test_the_client_is_who_our_own_proxy_says_it_is(tmp_path: Path, web: str) -> None:
    with in_front(tmp_path / "nginx", web=web) as url:
        assert client_of(url, said="203.0.113.9") == "203.0.113.9"
        assert client_of(url, said="198.51.100.1, 203.0.113.9") == "203.0.113.9"
        assert httpx.get(url).json()["client"] == "127.0.0.1"
    with in_front(tmp_path / "unknown", web=web, instead=UNKNOWN_PROXY) as url:
        assert client_of(url, said="203.0.113.9") == "127.0.0.1"


def test_an_address_that_asks_too_much_is_told_to_wait_and_only_that_one(
    tmp_path: Path, web: str
) -> None:
    """With a smaller limit than ours, which would take thousands of requests."""

    def statuses(url: str, *clients: str, path: str = TILE) -> list[int]:
        asked = [httpx.get(f"{url}{path}", headers={"X-Forwarded-For": one}) for one in clients]
        return [answer.status_code for answer in asked]

    mine, other = "203.0.113.9", "203.0.113.10"
    with in_front(tmp_path / "nginx", web=web, instead=FEW) as url:
        assert statuses(url, mine, mine) == [200, 200]
        assert statuses(url, mine, mine, path=ARCHIVE) == [200, 429], "they count together"
        assert statuses(url, mine, f"{other}, {mine}", other) == [429, 429, 200]
        refused = httpx.get(f"{url}{TILE}", headers={"X-Forwarded-For": mine})
        assert refused.headers["Retry-After"] == "1"
        assert refused.headers["Content-Type"] == "application/problem+json"
    with in_front(tmp_path / "unknown", web=web, instead=[*FEW, *UNKNOWN_PROXY]) as url:
        assert statuses(url, mine, other, mine, other) == [200, 200, 200, 429]
