"""One connection of the live stream: HTTP in, server-sent events out."""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs, urlsplit

import h11

from hazardmap.core.answers.unknown import no_parameter
from hazardmap.platform.client_address import address_in
from tiles.answer import Refused, problem_answer
from tiles.live.area import Area, any_held, read_area
from tiles.live.hub import HEARTBEAT_S, Hub
from tiles.live.message import Message

PATH: Final = "/live/v1/hazards"
PARAMETERS: Final = ("bbox", "cells", "since")
HEAD_BYTES: Final = 16_384
HEAD_S: Final = 10.0
UNSENT_BYTES: Final = 32_768  # whoever reads more slowly comes back with its cursor
DRAIN_S: Final = 30.0
_CURSOR: Final = re.compile(r"[0-9]{1,18}")
_STREAM: Final = (
    b"HTTP/1.1 200 OK\r\n"
    b"Content-Type: text/event-stream\r\n"
    b"Cache-Control: no-store\r\n"
    b"Access-Control-Allow-Origin: *\r\n"
    b"X-Accel-Buffering: no\r\n"
    b"Connection: close\r\n\r\n"
    b"retry: 3000\nid: %d\n\n"
)


@dataclass(slots=True)
class House:
    """What all listeners of a process share. most, per_address: how many there may be."""

    hub: Hub
    most: int
    per_address: int
    addresses: Counter[str] = field(default_factory=Counter)


class Listener(asyncio.Protocol):
    """See hub.Hears. There are thousands: no more state than it needs."""

    __slots__ = (
        *("_address", "_area", "_head", "_house", "_task", "_transport"),
        *("cursor", "heartbeat_at"),
    )

    def __init__(self, house: House) -> None:
        self._house = house
        self._head: h11.Connection | None = h11.Connection(
            h11.SERVER, max_incomplete_event_size=HEAD_BYTES
        )
        self._area: Area | None = None
        self._task: asyncio.Task[None] | asyncio.TimerHandle | None = None
        self._address: str | None = None
        self.cursor = 0
        self.heartbeat_at = time.monotonic() + HEARTBEAT_S

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - of a TCP server
        self._transport = transport
        self._task = asyncio.get_running_loop().call_later(HEAD_S, transport.abort)

    def data_received(self, data: bytes) -> None:
        if self._head is None:  # it has nothing more to say
            self._transport.abort()
            return
        try:
            self._head.receive_data(data)
            event = self._head.next_event()
            if isinstance(event, h11.Request):
                self._head = None
                self._begin(event)
        except h11.RemoteProtocolError as error:
            self._refuse(Refused(HTTPStatus.BAD_REQUEST, f"This is not HTTP: {error}."))
        except Refused as refused:
            self._refuse(refused)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._task:
            self._task.cancel()
        self._house.hub.leave(self)
        if self._address is not None:
            self._house.addresses[self._address] -= 1
            if not self._house.addresses[self._address]:
                del self._house.addresses[self._address]

    def tell(self, messages: Sequence[Message]) -> None:
        """Send what is new to it and lies in its area."""
        assert self._area  # noqa: S101 - it has begun
        texts = [
            message.text
            for message in messages
            if message.cursor > self.cursor and any_held(self._area, message.places)
        ]
        self.cursor = max(self.cursor, messages[-1].cursor)
        if texts:
            self.send(b"".join(texts))

    def send(self, text: bytes) -> None:
        if self._transport.get_write_buffer_size() > UNSENT_BYTES:
            self._transport.abort()
        else:
            self._transport.write(text)

    async def drained(self) -> bool:
        deadline = time.monotonic() + DRAIN_S
        while self._transport.get_write_buffer_size() > 0 and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
        return not self._transport.is_closing()

    def _begin(self, request: h11.Request) -> None:
        if self._task:
            self._task.cancel()  # of waiting for the head
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in request.headers
        }
        url = urlsplit(request.target.decode("latin-1"))
        if url.path != PATH:
            raise Refused(
                HTTPStatus.NOT_FOUND, f"There is nothing at {url.path}; the stream is {PATH}."
            )
        if request.method != b"GET":
            raise Refused(
                HTTPStatus.METHOD_NOT_ALLOWED, "The stream can only be read.", Allow="GET"
            )
        query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        _check_names(query)
        try:
            self._area = read_area(query)
        except ValueError as error:
            raise Refused(HTTPStatus.BAD_REQUEST, f"{error}.") from None
        since = headers.get("last-event-id") or query.get("since")
        self._take_a_seat(headers)
        self._listen(since)

    def _take_a_seat(self, headers: dict[str, str]) -> None:
        environ = {"REMOTE_ADDR": (self._transport.get_extra_info("peername") or [""])[0]}
        if "x-forwarded-for" in headers:
            environ["HTTP_X_FORWARDED_FOR"] = headers["x-forwarded-for"]
        address = address_in(environ)
        house = self._house
        if house.addresses.total() >= house.most:
            raise _unavailable("There are too many listeners at the moment.")
        if house.addresses[address] >= house.per_address:
            detail = f"More than {house.per_address} listeners from one address."
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS, detail, Retry_After="60")
        house.addresses[address] += 1
        self._address = address

    def _listen(self, since: str | None) -> None:
        hub = self._house.hub
        if since is not None:
            if not _CURSOR.fullmatch(since):
                raise Refused(
                    HTTPStatus.BAD_REQUEST,
                    "Last-Event-ID or since must be a cursor of this stream.",
                )
            self.cursor = int(since)
        elif hub.cursor is None:
            raise _unavailable("The map cannot be read at the moment.")
        else:
            self.cursor = hub.cursor
        self._transport.write(_STREAM % self.cursor)
        self._task = asyncio.get_running_loop().create_task(hub.join(self))

    def _refuse(self, refused: Refused) -> None:
        self._head = None
        answer = problem_answer(refused)
        headers = answer.headers | {"Content-Length": str(len(answer.body)), "Connection": "close"}
        lines = [
            f"HTTP/1.1 {answer.status.value} {answer.status.phrase}",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        self._transport.write("\r\n".join([*lines, "", ""]).encode() + answer.body)
        self._transport.close()


def _unavailable(detail: str) -> Refused:
    return Refused(HTTPStatus.SERVICE_UNAVAILABLE, detail, Retry_After="5")


def _check_names(query: Iterable[str]) -> None:
    """Raises Refused where nobody reads one."""
    for name in query:
        if name not in PARAMETERS:
            detail = f"{name} {no_parameter(name, PARAMETERS)}"
            raise Refused(HTTPStatus.BAD_REQUEST, detail)
