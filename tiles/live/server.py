"""The process of the live stream: one event loop for thousands of idle connections."""

import asyncio
import contextlib
import resource
import signal
from typing import Final

from django.db import Error as DatabaseError

from tiles.live.hub import Hub
from tiles.live.listener import House, Listener

MOST: Final = 10_000
"""Listeners of all addresses together."""


async def serve(address: str, *, per_address: int) -> None:
    """Until SIGTERM or SIGINT. Raises OSError where the address (`Env.live_address`) is taken."""
    _allow_connections()
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    house = House(Hub(), MOST, per_address)
    with contextlib.suppress(DatabaseError):  # then it is asked again by and by
        await house.hub.read()
    server = await _listen(address, house)
    reader = asyncio.create_task(house.hub.run())
    stop = asyncio.create_task(ended.wait())
    await asyncio.wait({reader, stop}, return_when=asyncio.FIRST_COMPLETED)
    server.close()
    reader.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await reader  # a mistake of ours ends the process and is seen
    house.hub.close()


async def _listen(address: str, house: House) -> asyncio.Server:
    loop = asyncio.get_running_loop()
    if address.startswith("unix:"):
        path = address.removeprefix("unix:")
        return await loop.create_unix_server(lambda: Listener(house), path, backlog=1024)
    host, _, port = address.rpartition(":")
    return await loop.create_server(lambda: Listener(house), host, int(port), backlog=1024)


def _allow_connections() -> None:
    """As many open files as listeners and a few more, as far as the system lets us."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST + 100 if hard == resource.RLIM_INFINITY else min(MOST + 100, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
