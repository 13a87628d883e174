"""Reads the change feed once for everybody and tells each listener what happens in its area."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Protocol, TypeVar

from django.db import Error as DatabaseError
from django.db import close_old_connections, connections

from hazardmap.hazards.change_feed import latest_cursor, moves_since
from tiles.live.message import Message, message

T = TypeVar("T")
PAGE: Final = 500
EVERY_S: Final = 1.0
HEARTBEAT_S: Final = 15.0
MOST_BEHIND: Final = 20_000  # events; whoever is further behind had better load the map anew
logger = logging.getLogger(__name__)


class Hears(Protocol):
    """What the hub knows of a listener. cursor: the last event that it has been told or spared."""

    cursor: int
    heartbeat_at: float

    def tell(self, messages: Sequence[Message]) -> None: ...

    def send(self, text: bytes) -> None: ...

    async def drained(self) -> bool:
        """Wait until what was sent has gone out; False when the connection is gone."""


class Hub:
    """One feed for all. cursor: up to which it has been read; None while there is no database."""

    def __init__(self) -> None:
        self.cursor: int | None = None
        self._listeners: set[Hears] = set()
        # One thread, so one connection, however many listeners there are.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="change feed")

    async def run(self) -> None:
        """Until cancelled. A database that is away is asked again every second."""
        while True:
            try:
                await self.read()
            except DatabaseError as error:
                logger.warning("the change feed cannot be read: %s", str(error).strip())
            self._beat()
            await asyncio.sleep(EVERY_S)

    def close(self) -> None:
        """Give the connection to the database back."""
        self._thread.submit(connections.close_all)
        self._thread.shutdown()

    async def read(self) -> None:
        """Tell everybody what is new."""
        if self.cursor is None:
            self.cursor = await self._ask(latest_cursor)
        while messages := await self._page(self.cursor):
            self.cursor = messages[-1].cursor
            for listener in list(self._listeners):
                listener.tell(messages)

    async def join(self, listener: Hears) -> None:
        """Tell it what it has missed since its cursor, then let it hear what comes.

        Nothing is told twice and nothing skipped: events appear in the order of their cursors
        (docs/adr/0003-hazard-event.md), and between the last look at both cursors and the joining
        nothing else runs.
        """
        is_checked = False
        while await listener.drained():
            try:
                if not is_checked:
                    await self._check(listener)
                    is_checked = True
                elif self.cursor is not None and listener.cursor >= self.cursor:
                    self._listeners.add(listener)
                    return
                elif messages := await self._page(listener.cursor):
                    listener.tell(messages)
                else:  # the hub itself is about to read for the first time
                    await asyncio.sleep(EVERY_S)
            except DatabaseError:
                listener.send(b": waiting\n\n")
                await asyncio.sleep(EVERY_S)

    def leave(self, listener: Hears) -> None:
        self._listeners.discard(listener)

    async def _check(self, listener: Hears) -> None:
        """Start anew with one that is too far behind, or whose cursor is of another database."""
        newest = await self._ask(latest_cursor)
        if not newest - MOST_BEHIND <= listener.cursor <= newest:
            listener.cursor = newest
            listener.send(b"id: %d\nevent: reset\ndata: {}\n\n" % newest)

    def _beat(self) -> None:
        now = time.monotonic()
        for listener in list(self._listeners):
            if now >= listener.heartbeat_at:
                listener.heartbeat_at = now + HEARTBEAT_S
                # An event with data: of a comment, a script in a browser hears nothing.
                listener.send(b"id: %d\nevent: beat\ndata: {}\n\n" % listener.cursor)

    async def _page(self, cursor: int) -> list[Message]:
        return await self._ask(lambda: [message(move) for move in moves_since(cursor, limit=PAGE)])

    async def _ask(self, question: Callable[[], T]) -> T:
        def asked() -> T:
            close_old_connections()
            return question()

        return await asyncio.get_running_loop().run_in_executor(self._thread, asked)
