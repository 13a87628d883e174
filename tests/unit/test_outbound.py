"""Requests to strangers: bounded in time and size, and to the public internet only."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from threading import Thread

import pytest
from django.utils.http import http_date

from hazardmap.platform import outbound
from hazardmap.platform.outbound import Unreachable, post


@contextmanager
def server(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """Takes one connection, reads what comes first, and lets `answer` have the rest."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()

        def run() -> None:
            with suppress(OSError):
                connection, _ = listener.accept()
                with connection, suppress(OSError):
                    connection.recv(65_536)
                    answer(connection)

        thread = Thread(target=run, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.close()
        thread.join(5)


@pytest.fixture
def allowed(settings):
    def allow(port: int, host: str = "127.0.0.1") -> str:
        settings.OUTBOUND_EXCEPTIONS = {f"{host}:{port}"}
        return f"http://{host}:{port}/"

    return allow


def test_an_answer_is_read_to_its_limit_and_no_further(allowed):
    def endless(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nRetry-After: 7\r\n\r\n")
        while True:
            connection.sendall(b"x" * 10_000)

    with server(endless) as port:
        answered = post(allowed(port), b"{}", {})
    assert (answered.status, answered.retry_after_s) == (200, 7)
    assert answered.body == b"x" * outbound.MAX_ANSWER_BYTES


def test_a_receiver_may_say_when_to_come_again_as_a_date(allowed):
    asked = {
        "0": (0, 0),
        "9" * 5000: (10**8, 10**9),
        http_date(time.time() + 120): (110, 120),
        http_date(time.time() - 120): (0, 0),
        time.strftime("%A, %d-%b-%y %H:%M:%S GMT", time.gmtime(time.time() + 120)): (110, 120),
    }
    for text, (least, most) in asked.items():
        with server(_answering(text)) as port:
            wait_s = post(allowed(port), b"{}", {}).retry_after_s
        assert wait_s is not None, text
        assert least <= wait_s <= most, text
    for nonsense in ("", "soon", "-1", "1.5", "Wed, 99 Oct 2026 07:28:00 GMT"):
        with server(_answering(nonsense)) as port:
            assert post(allowed(port), b"{}", {}).retry_after_s is None, nonsense


def _answering(retry_after: str) -> Callable[[socket.socket], None]:
    head = f"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nRetry-After: {retry_after}\r\n\r\n"
    return lambda connection: connection.sendall(head.encode())


@pytest.mark.parametrize("beginning", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_server_that_drips_does_not_hold_us(allowed, monkeypatch, beginning):
    monkeypatch.setattr(outbound, "MAX_SECONDS", 0.5)

    def drip(connection: socket.socket) -> None:
        connection.sendall(beginning)
        while True:
            time.sleep(0.05)
            connection.sendall(b"x")

    begin = time.monotonic()
    with server(drip) as port, pytest.raises(Unreachable, match="no answer within"):
        post(allowed(port), b"{}", {})
    assert time.monotonic() - begin < 10


def test_what_is_no_http_is_said(allowed):
    with server(lambda connection: connection.sendall(b"SSH-2.0-OpenSSH\r\n")) as port:
        url = allowed(port)
        with pytest.raises(Unreachable):
            post(url, b"{}", {})


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "2130706433"])  # noqa: S104
def test_this_machine_is_not_the_internet(settings, host):
    settings.OUTBOUND_EXCEPTIONS = {"127.0.0.1:1"}
    with pytest.raises(Unreachable, match="public internet"):
        post(f"http://{host}:8/", b"{}", {})


def test_a_name_that_leads_to_both_sides_is_refused(settings, monkeypatch):
    def both(*_: object, **__: object) -> list[object]:
        return [(2, 1, 6, "", (address, 80)) for address in ("9.9.9.9", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    with pytest.raises(Unreachable, match="public internet"):
        post("http://both.example/", b"{}", {})


def test_an_address_that_never_answers_leaves_time_for_the_next(allowed, monkeypatch):
    """As where a receiver has an IPv6 address, and the way there is none."""
    monkeypatch.setattr(outbound, "MAX_SECONDS", 1.0)
    fine = b"HTTP/1.1 204 No Content\r\n\r\n"
    with (
        server(lambda connection: connection.sendall(fine)) as port,
        socket.socket() as full,
        ExitStack() as waiting,
    ):
        full.bind(("127.0.0.2", port))
        full.listen(0)
        for _ in range(3):
            other = waiting.enter_context(socket.socket())
            other.setblocking(False)
            other.connect_ex(("127.0.0.2", port))
        found = [(2, 1, 6, "", (address, port)) for address in ("127.0.0.2", "127.0.0.1")]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        assert post(allowed(port, "both.example"), b"{}", {}).status == 204


def test_an_unknown_name_is_said(settings):
    with pytest.raises(Unreachable, match=r"name .* is not known"):
        post("https://nowhere.invalid/", b"{}", {})
