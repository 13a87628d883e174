"""Thousands of idle listeners of the live stream: what each costs, and whether all hear."""

import asyncio
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple


class Crowd(NamedTuple):
    """kb_each: resident memory that one listener adds. cpu_share: of one core, while idle.
    heard_s: from the writing of a change until the last had heard of it."""

    listeners: int
    kb_each: float
    cpu_share: float
    heard_s: float


async def crowd(
    port: int, *, process: int, number: int, idle_s: float, change: Callable[[], float]
) -> Crowd:
    """Open `number` connections, wait, let `change` change the map, wait until all have heard.

    process: of the server. change: tells on the machine's clock (time.monotonic) when it had
    written. Raises TimeoutError when somebody hears nothing.
    """
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    before = _resident_kb(process)
    readers = []
    for _ in range(number):
        readers.append(await _listen(port))
    await asyncio.sleep(3)
    cpu, begin = _cpu_s(process), time.monotonic()
    await asyncio.sleep(idle_s)
    share = (_cpu_s(process) - cpu) / (time.monotonic() - begin)
    resident = _resident_kb(process)
    hearing = asyncio.gather(*(_hear(reader) for reader in readers))
    written = await asyncio.to_thread(change)
    heard_s = max(await asyncio.wait_for(hearing, 60)) - written
    return Crowd(number, (resident - before) / number, share, heard_s)


async def _listen(port: int) -> asyncio.StreamReader:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /live/v1/hazards?bbox=-180,-90,180,90 HTTP/1.1\r\nHost: bench\r\n\r\n")
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        sys.exit(head.decode())
    reader.connection = writer  # type: ignore[attr-defined]  # or it would be closed
    return reader


async def _hear(reader: asyncio.StreamReader) -> float:
    """When the line of a changed hazard came, on the machine's clock; the time that it tells is
    that of its ten minutes."""
    while line := await reader.readline():
        told = json.loads(line[6:]) if line.startswith(b"data: ") else {}
        if "at" in told:  # a heartbeat has none
            return time.monotonic()
    sys.exit("the stream ended before it told the change")


def _resident_kb(process: int) -> int:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def _cpu_s(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100
