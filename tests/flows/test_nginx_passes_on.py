"""What nginx hands to the servers behind it: whose request it is, whole bodies, and a stream."""

import json
import os
import socket
import subprocess
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.nginx_front import in_front
from tests.stack import REPOSITORY, free_port, wait_for
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
        "proto": environ.get("HTTP_X_FORWARDED_PROTO"),
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
        assert larger.status_code == larger.json()["status"] == 413
        assert larger.headers["Content-Type"] == "application/problem+json"


def test_who_asks_while_the_web_server_is_away_is_told_to_come_again(tmp_path: Path) -> None:
    nobody = f"127.0.0.1:{free_port()}"
    with in_front(tmp_path / "nginx", web=nobody, live=nobody) as url:
        for path in ("/api/v1/hazards", "/live/v1/hazards", "/api/v1/frames"):
            answer = httpx.get(f"{url}{path}")
            assert answer.status_code == answer.json()["status"] == 503
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert answer.headers["Retry-After"] == "5"
        page = httpx.get(f"{url}/", headers={"Accept-Language": "fi-FI,fi;q=0.9"})
        assert page.status_code == 503
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        assert page.headers["Refresh"] == "5"
        assert page.headers["Content-Security-Policy"] == "default-src 'none'"
        assert "Kartta palaa hetken kuluttua" in page.text
        assert "The map is back in a moment" in httpx.get(f"{url}/").text


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


@contextmanager
def tls_in_front(folder: Path, site: str) -> Iterator[str]:
    """The example for an operator's own nginx, before the site's."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-nodes", "-newkey", "rsa:2048", "-subj", "/CN=localhost"]
    subprocess.run([*command, "-out", certificate, "-keyout", key], check=True, capture_output=True)
    ports = {"443": free_port(), "80": free_port()}
    text = (REPOSITORY / "deploy" / "nginx" / "tls.conf.example").read_text()
    for ours, other in (
        ("listen 443", f"listen 127.0.0.1:{ports['443']}"),
        ("listen 80", f"listen 127.0.0.1:{ports['80']}"),
        ("http://127.0.0.1:8000", site),
        ("/etc/letsencrypt/live/map.example.org/fullchain.pem", str(certificate)),
        ("/etc/letsencrypt/live/map.example.org/privkey.pem", str(key)),
    ):
        assert ours in text
        text = text.replace(ours, other)
    (folder / "body").mkdir()
    state = "".join(f"{one}_temp_path {folder}/{one};" for one in ("fastcgi", "uwsgi", "scgi"))
    state += f"client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;"
    conf = folder / "nginx.conf"
    conf.write_text(
        f"pid {folder}/nginx.pid; error_log stderr; events {{}} "
        f"http {{ access_log off; {state}\n{text} }}"
    )
    user = "user root;" if os.geteuid() == 0 else ""
    with subprocess.Popen(["/usr/sbin/nginx", "-c", conf, "-g", f"daemon off; {user}"]) as nginx:
        try:
            url = f"https://127.0.0.1:{ports['443']}"
            wait_for("TLS", lambda: _answers(url), timeout_s=20)
            yield url
        finally:
            nginx.terminate()


def _answers(url: str) -> bool:
    try:
        httpx.get(url, verify=False)  # noqa: S501 - a certificate of this test
    except httpx.TransportError:
        return False
    return True


def test_the_example_of_a_tls_proxy_tells_the_site_all_it_needs(tmp_path: Path, web: str) -> None:
    with in_front(tmp_path / "nginx", web=web) as site, tls_in_front(tmp_path, site) as url:
        asked = httpx.get(url, headers={"X-Forwarded-For": "203.0.113.9"}, verify=False)  # noqa: S501
        assert asked.json()["proto"] == "https"
        assert asked.json()["client"] == "127.0.0.1", "the proxy says it, not who asks"
        began = (tmp_path / "body").stat().st_mtime_ns
        sent = httpx.post(
            f"{url}/api/v1/frames",
            content=bytes(MOST_BYTES),
            verify=False,  # noqa: S501 - see above
            timeout=20,
        )
        assert sent.json()["bytes"] == MOST_BYTES
        assert (tmp_path / "body").stat().st_mtime_ns == began


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


def test_a_household_is_one_client_whatever_addresses_it_takes(tmp_path: Path, web: str) -> None:
    """Of IPv6 a provider's customer has 2^64 of them."""

    def status(url: str, client: str) -> int:
        return httpx.get(f"{url}{TILE}", headers={"X-Forwarded-For": client}).status_code

    home = ["2001:db8:1:2::7", "2001:db8:1:2:ffff::1", "2001:db8:1:2:a0a:a0a:a0a:a0a"]
    dressed = ["::ffff:203.0.113.9", "203.0.113.9", "::ffff:203.0.113.9"]
    with in_front(tmp_path / "nginx", web=web, instead=FEW) as url:
        assert [status(url, one) for one in home] == [200, 200, 200]
        assert status(url, "2001:db8:1:2::abcd") == 429
        assert status(url, "2001:db8:1:3::7") == 200, "the neighbour"
        assert [status(url, one) for one in dressed] == [200, 200, 200]
        assert status(url, "203.0.113.9") == 429
        assert status(url, "::ffff:203.0.113.10") == 200


def test_pictures_on_their_way_take_so_much_memory_of_one_household_at_most(
    tmp_path: Path, web: str
) -> None:
    few = [("limit_conn uploads 64", "limit_conn uploads 1")]

    def sent(url: str, client: str) -> httpx.Response:
        headers = {"X-Forwarded-For": client}
        return httpx.post(f"{url}/api/v1/frames", content=b"x", headers=headers)

    with (
        in_front(tmp_path / "nginx", web=web, instead=few) as url,
        socket.create_connection(("127.0.0.1", httpx.URL(url).port)) as slow,
    ):
        slow.sendall(
            b"POST /api/v1/frames HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 2001:db8:1:2::7\r\n"
            b"Content-Length: 20000000\r\nExpect: 100-continue\r\n\r\n"
        )
        assert slow.recv(100).startswith(b"HTTP/1.1 100 "), "its place is taken"
        refused = sent(url, "2001:db8:1:2::8")
        assert refused.status_code == refused.json()["status"] == 429
        assert refused.headers["Retry-After"] == "5"
        assert sent(url, "2001:db8:1:3::8").json()["bytes"] == 1
