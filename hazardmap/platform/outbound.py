"""Requests to addresses that strangers give: to the public internet only, bounded in every way.

A name is resolved once, and what it resolved to is what is connected to, so that it cannot mean
one thing when it is checked and another when it is used. Redirects are answers like any other.
"""

import math
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import httpcore
from django.conf import settings
from django.utils.http import parse_http_date_safe

from hazardmap.core.messages.public_address import is_public

MAX_ANSWER_BYTES: Final = 4096
MAX_SECONDS: Final = 20.0
MAX_DIGITS: Final = 9


class Unreachable(Exception):
    """Nothing came back, or nothing was sent; the message is one sentence for the owner."""


@dataclass(frozen=True, slots=True)
class Answered:
    """body: its first MAX_ANSWER_BYTES."""

    status: int
    body: bytes
    retry_after_s: int | None


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answered:
    """Send a body; MAX_SECONDS is the end, whatever the other side does. Raises Unreachable."""
    deadline = _Deadline(time.monotonic() + MAX_SECONDS)
    sent = {"user-agent": "hazardmap", **headers}
    try:
        with (
            httpcore.ConnectionPool(_certificates(), network_backend=_Public(deadline)) as pool,
            pool.stream("POST", url, headers=list(sent.items()), content=body) as response,
        ):
            said = _beginning(response.iter_stream())
            wait_s = _wait_s(_header(response.headers, b"retry-after"))
            return Answered(response.status, said, wait_s)
    except Unreachable:
        raise
    except httpcore.TimeoutException:
        raise Unreachable(f"no answer within {MAX_SECONDS:.0f} seconds") from None
    except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError, OSError) as error:
        raise Unreachable(str(error)[:200] or type(error).__name__) from None


@dataclass(frozen=True, slots=True)
class _Deadline:
    at: float

    def left_s(self) -> float:
        left_s = self.at - time.monotonic()
        if left_s <= 0:
            raise httpcore.ReadTimeout
        return left_s


class _Public(httpcore.NetworkBackend):
    """Connects to what a name means, if that is public."""

    def __init__(self, deadline: _Deadline) -> None:
        self._deadline = deadline

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, *_: Any, **__: Any
    ) -> httpcore.NetworkStream:
        """Each address gets its share of the time: behind one may be nothing that ever answers."""
        error: Exception | None = None
        addresses = _addresses(host, port)
        for left in range(len(addresses), 0, -1):
            share_s = self._deadline.left_s() / left
            try:
                plain = httpcore.SyncBackend().connect_tcp(addresses[-left], port, share_s)
                return _Bounded(plain, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as refused:
                error = refused
        raise Unreachable(f"no connection to {host}: {error}")


class _Bounded(httpcore.NetworkStream):
    """A stream that ends with the deadline, however slowly bytes drip."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left_s())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left_s())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left_s = self._deadline.left_s()
        secured = self._stream.start_tls(ssl_context, server_hostname, left_s)
        return _Bounded(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _addresses(host: str, port: int) -> list[str]:
    """Where a name leads, if all of that is public. Raises Unreachable."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable(f"the name {host} is not known") from None
    addresses = list(dict.fromkeys(str(info[4][0]) for info in found))
    allowed = f"{host}:{port}" in settings.OUTBOUND_EXCEPTIONS
    if not allowed and not all(is_public(address) for address in addresses):
        raise Unreachable(f"{host} does not lie on the public internet")
    return addresses


def _beginning(parts: Iterable[bytes]) -> bytes:
    said = b""
    for part in parts:
        said += part
        if len(said) >= MAX_ANSWER_BYTES:
            break
    return said[:MAX_ANSWER_BYTES]


def _header(headers: Iterable[tuple[bytes, bytes]], wanted: bytes) -> str:
    values = [value.decode("latin-1") for name, value in headers if name.lower() == wanted]
    return values[0].strip() if values else ""


def _wait_s(retry_after: str) -> int | None:
    """Of seconds, or of a date, which may have gone by (RFC 9110, 10.2.3)."""
    if retry_after.isdecimal():
        return int(retry_after[:MAX_DIGITS])
    until = parse_http_date_safe(retry_after)
    return None if until is None else max(0, math.ceil(until - time.time()))


@cache
def _certificates() -> ssl.SSLContext:
    return ssl.create_default_context()
