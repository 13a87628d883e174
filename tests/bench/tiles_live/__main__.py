"""How long after a change is committed until fetched tiles show it, at every zoom, under load.

Run by `make bench-tiles-live`. The whole way: rows of the map, the publisher, files, the web
server. New hazards are put where nothing is, so that each zoom's tile has to show a new feature.
"""

import argparse
import gzip
import http.client
import itertools
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Lock
from typing import Any

import django
import psycopg

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hazardmap.settings")
django.setup()

from tests.bench import figures
from tests.bench.tiles.country import DENSEST
from tests.bench.tiles_serving.load import cpu_s, parent
from tests.migrated import libpq_url
from tests.stack import REPOSITORY, Stack, started
from tests.tile_reading import tile_at
from tiles import mvt

ZOOMS = (0, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16, 19)
ASK_EVERY_S = 0.25
GIVEN_UP_S = 60.0
READERS, CLIENTS = 4, 6


@dataclass
class Measured:
    """seen_s: by zoom, seconds from the commit until a tile showed it. requests: for tiles, those
    that look for the new hazards among them. cores: how much of a processor each part took.
    """

    seen_s: dict[int, list[float]] = field(default_factory=lambda: {zoom: [] for zoom in ZOOMS})
    requests: int = 0
    failed: int = 0
    took_s: float = 0.0
    cores: dict[str, float] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def count(self) -> None:
        with self.lock:
            self.requests += 1


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.tiles_live", description=__doc__)
    parser.add_argument("--hazards", type=int, default=5000)
    parser.add_argument("--changes", type=float, default=50.0, help="a second")
    parser.add_argument("--requests", type=float, default=500.0, help="a second")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--write", action="store_true", help="into docs/benchmarks")
    given = parser.parse_args()
    with (
        TemporaryDirectory(prefix="tiles-live-") as name,
        started(Path(name), only=["web", "publish"]) as stack,
    ):
        measured = _run(stack, given)
    everything = [s for seen in measured.seen_s.values() for s in seen]
    p95 = statistics.quantiles(everything, n=20)[-1]
    rate = measured.requests / measured.took_s
    note = (
        f"{len(measured.seen_s[0])} new hazards, each at {len(ZOOMS)} zooms, z0 to z19, under "
        f"{given.changes:.0f} changes/s and {rate:.0f} tile requests/s of {given.hazards} hazards"
    )
    lines = [
        f"p95 {p95:.2f} s, median {statistics.median(everything):.2f} s: {note}; "
        f"{measured.failed} requests failed. {datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, "
        f"shared with the load itself and with other work (load average {os.getloadavg()[0]:.1f}).",
        "",
        "Cores taken meanwhile: "
        + ", ".join(f"{name} {cores:.2f}" for name, cores in measured.cores.items())
        + ".",
        "",
        "| zoom | median | slowest |",
        "|---|---|---|",
        *(
            f"| {zoom} | {statistics.median(seen):.2f} | {max(seen):.2f} |"
            for zoom, seen in measured.seen_s.items()
        ),
        "",
        "**Reproduce**: `make bench-tiles-live`.",
    ]
    print("\n".join(lines))
    if given.write:
        value = figures.Figure(
            measure="change_to_tile_p95_s", value=round(p95, 2), unit="s", note=note
        )
        figures.put(figures.BENCHMARKS / "tiles.json", [value])
        text = "\n".join(["## From a change to a tile that shows it", "", *lines])
        figures.put_section(figures.BENCHMARKS / "tiles.md", "change to tile", text)


def _run(stack: Stack, given: argparse.Namespace) -> Measured:
    measured, ended = Measured(), Event()
    probe_every_s = max(1.0, given.seconds / 40)
    with _writer(stack, given, probe_every_s) as (writer, told), ThreadPoolExecutor(80) as pool:
        begin, before = time.monotonic(), _spent_s(stack, writer)
        readers = [
            pool.submit(_read, stack, begin, given.requests, measured, ended)
            for _ in range(READERS)
        ]
        watching = []
        for line in told:
            probe = json.loads(line)
            watching += [pool.submit(_watch, stack, probe, zoom, measured) for zoom in ZOOMS]
            if time.monotonic() - begin > given.seconds:
                break
        for one in watching:
            one.result()
        ended.set()
        measured.took_s = time.monotonic() - begin
        for name, spent_s in _spent_s(stack, writer).items():
            measured.cores[name] = (spent_s - before[name]) / measured.took_s
        for one in readers:
            one.result()
    return measured


def _spent_s(stack: Stack, writer: int) -> dict[str, float]:
    """Processor time so far of each part of the site, and of what loads it."""
    processes = {name: process.pid for name, process in stack.processes.items()}
    with psycopg.connect(libpq_url(stack.environment["DATABASE_URL"])) as connection:
        postmaster = parent(connection.info.backend_pid)
    processes |= {"PostgreSQL": postmaster, "what changes the map": writer}
    spent = {name: cpu_s(pid) for name, pid in processes.items()}
    return spent | {"what asks for tiles": time.process_time()}


@contextmanager
def _writer(
    stack: Stack, given: argparse.Namespace, probe_every_s: float
) -> Iterator[tuple[int, Iterator[str]]]:
    command = [
        *(sys.executable, "-m", "tests.bench.tiles_live.writer"),
        *("--hazards", str(given.hazards), "--changes", str(given.changes)),
        *("--probe-every", str(probe_every_s)),
    ]
    with subprocess.Popen(
        command, cwd=REPOSITORY, env=stack.environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        try:
            process.stdout.readline()  # it is ready
            yield process.pid, iter(process.stdout.readline, "")
        finally:
            process.terminate()


def _watch(stack: Stack, probe: dict[str, Any], zoom: int, measured: Measured) -> None:
    """Ask for the tile of this zoom until the new hazard is in it."""
    tile = tile_at(probe["lon"], probe["lat"], zoom)
    wanted = probe["id"].encode()
    if str(zoom) in probe["cells"]:
        wanted = b"\x08" + mvt.varint(probe["cells"][str(zoom)])
    client = _Client(stack)
    while wanted not in client.get(tile.z, tile.x, tile.y):
        measured.count()
        if time.monotonic() - probe["at"] > GIVEN_UP_S:
            raise RuntimeError(f"zoom {zoom} did not show a hazard within {GIVEN_UP_S:.0f} s")
        time.sleep(ASK_EVERY_S)
    with measured.lock:
        measured.seen_s[zoom].append(time.monotonic() - probe["at"])


def _read(stack: Stack, begin: float, per_s: float, measured: Measured, ended: Event) -> None:
    """Tiles around the largest town, so many that all requests together keep the rate."""
    dice = random.Random(5)
    clients = itertools.cycle([_Client(stack) for _ in range(CLIENTS)])
    while not ended.is_set():
        ahead_s = begin + measured.requests / per_s - time.monotonic()
        if ahead_s > 0.0:
            time.sleep(ahead_s)
            continue
        measured.count()
        lon, lat = (middle + dice.gauss(0.0, 0.05) for middle in DENSEST)
        tile = tile_at(lon, lat, dice.randrange(4, 17))
        try:
            next(clients).get(tile.z, tile.x, tile.y)
        except OSError:
            measured.failed += 1


class _Client:
    """A connection that stays, from an address of its own: each may only ask so often."""

    _numbers = itertools.count(2)

    def __init__(self, stack: Stack) -> None:
        number = next(self._numbers)
        self._connection = http.client.HTTPConnection(
            stack.url.removeprefix("http://"),
            timeout=60,
            source_address=(f"127.1.{number >> 8}.{number & 255}", 0),
        )

    def get(self, z: int, x: int, y: int) -> bytes:
        address = f"/tiles/v1/hazards/{z}/{x}/{y}.mvt"
        self._connection.request("GET", address, headers={"Accept-Encoding": "gzip"})
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status not in {200, 204}:
            raise OSError(f"{answer.status}: {body[:200]!r}")
        return gzip.decompress(body) if body else b""


if __name__ == "__main__":
    main()
