"""A thread of the web server stays with who asks again, and goes to who has none."""

import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.stack import REPOSITORY, free_port, wait_for

APP = """
from threading import get_ident
from hazardmap import lingering

lingering.LINGER_MS = 60_000

def application(environ, start_response):
    body = str(get_ident()).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
"""


@pytest.fixture(params=[1, 4])
def port(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[int]:
    """Of a server with so many threads, which tell their names."""
    (tmp_path / "names.py").write_text(APP)
    port = free_port()
    options = ["--bind", f"127.0.0.1:{port}", "--threads", str(request.param), "--log-level=error"]
    command = [sys.executable, "-m", "gunicorn", "names", "--pythonpath", str(tmp_path), *options]
    worker = ["--worker-class", "hazardmap.lingering.LingeringWorker", "--no-control-socket"]
    with subprocess.Popen([*command, *worker], cwd=REPOSITORY) as process:
        try:
            wait_for("the server", lambda: _is_there(port), timeout_s=60)
            yield port
        finally:
            process.terminate()
            assert process.wait(30) == 0


def _is_there(port: int) -> bool:
    try:
        asked(connection := connected(port))
    except OSError:
        return False
    connection.close()
    return True


def connected(port: int) -> HTTPConnection:
    return HTTPConnection("127.0.0.1", port, timeout=30)


def asked(connection: HTTPConnection) -> bytes:
    connection.request("GET", "/")
    return connection.getresponse().read()


def test_who_asks_again_is_answered_by_the_same_thread(port: int) -> None:
    connection = connected(port)
    assert len({asked(connection) for _ in range(10)}) == 1
    connection.close()


def test_a_thread_that_waits_goes_to_whoever_has_none(port: int) -> None:
    connections = [connected(port) for _ in range(6)]
    for _ in range(3):
        for connection in connections:
            assert asked(connection)
    for connection in connections:
        connection.close()
