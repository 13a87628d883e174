"""Whether the live stream answers: it leaves no rows by which it would be missed."""

import socket
from typing import Final

from tiles.live.listener import PATH

PATIENCE_S: Final = 2.0
_ASKED: Final = f"GET {PATH} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


def live_problem(address: str) -> str:
    """Why it does not, or "". address: where it listens (`Env.live_address`).

    It is asked for no area, so it refuses, which takes no place among the listeners.
    """
    try:
        with _connected(address) as line:
            line.sendall(_ASKED)
            return "" if line.recv(5) == b"HTTP/" else "no answer"
    except OSError as error:
        return error.strerror or str(error)


def _connected(address: str) -> socket.socket:
    if not address.startswith("unix:"):
        host, _, port = address.rpartition(":")
        return socket.create_connection((host, int(port)), PATIENCE_S)
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(PATIENCE_S)
    try:
        line.connect(address.removeprefix("unix:"))
    except OSError:
        line.close()
        raise
    return line
