"""The live stream in this process, and clients that listen to it."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from tiles.live.hub import Hub
from tiles.live.listener import House, Listener

FINLAND = "bbox=19,59,32,71"


@dataclass
class Stream:
    """A client: reads server-sent events off a socket."""

    socket: socket.socket
    rest: bytes = b""

    def head(self) -> str:
        return self._until(b"\r\n\r\n").decode()

    def event(self) -> dict[str, str]:
        """The next block, heartbeats left out."""
        while True:
            block = self._until(b"\n\n").decode()
            fields = dict(line.split(": ", 1) for line in block.splitlines() if line[0] != ":")
            if fields.get("event", "beat") != "beat":
                return fields

    def hazards(self, number: int) -> list[dict[str, Any]]:
        return [json.loads(self.event()["data"]) for _ in range(number)]

    def hangs_up(self) -> bool:
        with suppress(ConnectionResetError):
            while self.socket.recv(65_536):
                pass
        return True

    def _until(self, mark: bytes) -> bytes:
        while mark not in self.rest:
            more = self.socket.recv(65_536)
            assert more, f"the stream ended after {self.rest!r}"
            self.rest += more
        found, self.rest = self.rest.split(mark, 1)
        return found


@dataclass
class Server:
    house: House
    port: int

    def send(self, text: str) -> Stream:
        there = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        there.sendall(text.encode())
        return Stream(there)

    def get(self, target: str, **headers: str) -> Stream:
        named = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        return self.send(f"GET {target} HTTP/1.1\r\nHost: map\r\n{named}\r\n")

    @contextmanager
    def listening(self, query: str = FINLAND, **headers: str) -> Iterator[Stream]:
        stream = self.get(f"/live/v1/hazards?{query}", **headers)
        with closing(stream.socket):
            assert stream.head().startswith("HTTP/1.1 200 OK")
            yield stream

    def refusal(self, target: str, **headers: str) -> tuple[int, dict[str, Any]]:
        stream = self.get(target, **headers)
        with closing(stream.socket):
            status = int(stream.head().split()[1])
            body = b""
            while more := stream.socket.recv(65_536):
                body += more
        return status, json.loads(stream.rest + body)


@contextmanager
def served() -> Iterator[Server]:
    """In a thread of its own, on a free port."""
    loop, house = asyncio.new_event_loop(), House(Hub(), most=100, per_address=30)
    there: list[int] = []
    ready = threading.Event()

    async def run() -> None:
        server = await loop.create_server(lambda: Listener(house), "127.0.0.1", 0)
        there.append(server.sockets[0].getsockname()[1])
        task = loop.create_task(house.hub.run())
        while house.hub.cursor is None:
            await asyncio.sleep(0.01)
        ready.set()
        try:
            await task
        finally:
            server.close()

    thread = threading.Thread(target=lambda: loop.run_until_complete(_quietly(run())))
    thread.start()
    assert ready.wait(20)
    yield Server(house, there[0])
    loop.call_soon_threadsafe(lambda: [task.cancel() for task in asyncio.all_tasks(loop)])
    thread.join(10)
    house.hub.close()
    loop.close()


async def _quietly(work: Any) -> None:
    with suppress(asyncio.CancelledError):
        await work
