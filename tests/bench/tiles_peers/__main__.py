"""Tiles that nobody has built yet: ours beside tipg and django-vectortiles, over the same rows.

Run by `make bench-tiles-peers`. Each server is one process; whatever it keeps of a tile is taken
away before it is asked again. What counts is processor time, of the server and of PostgreSQL: on
a machine with other work it is what an answer costs, and its inverse is what a core can answer.
"""

import argparse
import math
import os
import statistics
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import NamedTuple

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hazardmap.settings")
django.setup()

import httpx
from django.db import connection
from mapbox_vector_tile import decode

from tests.bench.figures import BENCHMARKS, Figure, put, put_section
from tests.bench.tiles import __main__ as read_model
from tests.bench.tiles.country import DENSEST
from tests.bench.tiles_peers import servers, tables
from tests.bench.tiles_peers.servers import Server
from tests.bench.tiles_serving.load import cpu_s, parent
from tests.tile_reading import tile_at
from tiles.mercator import Tile
from tiles.points import MOST_SHOWN

LEAST_CPU_S, MOST_ASKED = 0.4, 150
P99_REQUESTS, P99_PER_S = 200, 10.0


class Cost(NamedTuple):
    """Of one tile: milliseconds of processors, milliseconds by the clock, features in it."""

    cpu_ms: float
    clock_ms: float
    features: int


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.tiles_peers", description=__doc__)
    parser.add_argument("--hazards", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--keep", action="store_true", help="use the database as it is, and keep it"
    )
    parser.add_argument("--write", action="store_true", help="into docs/benchmarks")
    given = parser.parse_args()
    servers.install()
    with (
        TemporaryDirectory(prefix="tiles-peers-") as name,
        read_model.database(keep=given.keep),
        _measurable(),
    ):
        read_model.fill(given.hazards, keep=given.keep)
        with servers.running(folder := Path(name), tables.fill()) as running:
            costs = {
                zoom: _compared(running, folder, tile_at(*DENSEST, zoom), given.rounds)
                for zoom in (*tables.CELL_ZOOMS, *tables.HAZARD_ZOOMS)
            }
            p99_ms = _p99_ms(running["ours"], folder)
        count = read_model.hazards_there()
    measured, text = _figures(costs, count, p99_ms), _told(costs, count, p99_ms)
    print(text)
    if given.write:
        put(BENCHMARKS / "tiles.json", measured)
        put_section(BENCHMARKS / "tiles.md", "peers", text)


def _compared(
    running: Mapping[str, Server], folder: Path, tile: Tile, rounds: int
) -> dict[str, Cost]:
    """Medians of some rounds, in each of which everybody is asked in turn."""
    found: dict[str, list[Cost]] = {name: [] for name in running}
    for _ in range(rounds):
        for name, server in running.items():
            found[name].append(_asked(server, folder, tile))
    medians = {
        name: Cost(*map(statistics.median, zip(*costs, strict=True)))
        for name, costs in found.items()
    }
    print(tile, {name: f"{cost.cpu_ms:.2f} ms" for name, cost in medians.items()}, flush=True)
    if not (_is_full(medians) or _is_same(medians)):
        raise RuntimeError(f"not the same features in {tile}: {medians}")
    return medians


def _is_full(costs: Mapping[str, Cost]) -> bool:
    """Whether ours has room for no more: then nobody is compared."""
    return costs["ours"].features >= MOST_SHOWN


def _is_same(costs: Mapping[str, Cost]) -> bool:
    shown = {cost.features for cost in costs.values()}
    return max(shown) - min(shown) <= 0.1 * max(shown) + 1  # of the buffer not all read all


def _asked(server: Server, folder: Path, tile: Tile) -> Cost:
    with _client(tile.z) as client:
        body = _fetched(client, server, folder, tile)  # connections and plans are made
        begin, spent, clock = _busy_s(server), 0.0, []
        while (spent < LEAST_CPU_S and len(clock) < MOST_ASKED) or len(clock) < 10:
            for _ in range(10):
                _forget(folder, tile)
                start = time.perf_counter()
                client.get(server.address(tile)).raise_for_status()
                clock.append(1000 * (time.perf_counter() - start))
            spent = _busy_s(server) - begin
    layers = decode(body) if body else {}
    features = sum(len(layer["features"]) for layer in layers.values())
    return Cost(1000 * spent / len(clock), statistics.median(clock), features)


def _p99_ms(server: Server, folder: Path) -> float:
    """By the clock, at a steady rate, for tiles of all zooms around the largest town."""
    dice, took = Random(3), []
    with _client(99) as client:
        begin = time.perf_counter()
        for number in range(P99_REQUESTS + 20):
            lon, lat = (middle + dice.gauss(0.0, 0.03) for middle in DENSEST)
            tile = tile_at(lon, lat, dice.randrange(6, 17))
            _forget(folder, tile)
            time.sleep(max(0.0, begin + number / P99_PER_S - time.perf_counter()))
            start = time.perf_counter()
            client.get(server.address(tile)).raise_for_status()
            took.append(1000 * (time.perf_counter() - start))
    return sorted(took[20:])[math.ceil(0.99 * P99_REQUESTS) - 1]


def _client(number: int) -> httpx.Client:
    """From an address of its own, for each may only ask so often."""
    transport = httpx.HTTPTransport(local_address=f"127.2.0.{number + 1}")
    return httpx.Client(transport=transport, timeout=60, headers={"Accept-Encoding": "gzip"})


def _fetched(client: httpx.Client, server: Server, folder: Path, tile: Tile) -> bytes:
    for _ in range(8):  # each thread of a server has its own connection
        _forget(folder, tile)
        answer = client.get(server.address(tile)).raise_for_status()
    return answer.content


def _forget(folder: Path, tile: Tile) -> None:
    """Of our server; the others keep nothing."""
    stem = folder / "tiles" / "hazards" / str(tile.z) / str(tile.x) / str(tile.y)
    for suffix in (".mvt.gz", ".empty"):
        stem.with_name(stem.name + suffix).unlink(missing_ok=True)


def _busy_s(server: Server) -> float:
    return cpu_s(server.process) + cpu_s(_postmaster())


def _postmaster() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    return parent(backend)


@contextmanager
def _measurable() -> Iterator[None]:
    """No processes of PostgreSQL that come and go: their time would be lost with them."""
    name = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER DATABASE "{name}" SET max_parallel_workers_per_gather = 0')
    yield


def _least(costs: Mapping[int, Mapping[str, Cost]], zooms: tuple[int, ...], peer: str) -> float:
    compared = [costs[zoom] for zoom in zooms if not _is_full(costs[zoom])]
    return min(row[peer].cpu_ms / row["ours"].cpu_ms for row in compared)


def _figures(costs: Mapping[int, Mapping[str, Cost]], count: int, p99_ms: float) -> list[Figure]:
    on = f"processor time per tile, {count} hazards, the densest town's"
    cells, points = tables.CELL_ZOOMS, tables.HAZARD_ZOOMS
    named = {
        "uncached_cells_over_tipg_min": ("tipg", cells),
        "uncached_cells_over_django_vectortiles_min": ("django-vectortiles", cells),
        "uncached_points_over_tipg_min": ("tipg", points),
        "uncached_points_over_django_vectortiles_min": ("django-vectortiles", points),
    }
    ratios = [
        Figure(
            measure=name,
            value=round(_least(costs, zooms, peer), 2),
            unit="ratio",
            note=f"{on} tile, z{zooms[0]} to z{zooms[-1]}",
        )
        for name, (peer, zooms) in named.items()
    ]
    note = f"{P99_REQUESTS} uncached tiles, z6 to z16, {P99_PER_S:.0f}/s, {count} hazards"
    return [
        *ratios,
        Figure(measure="uncached_p99_ms", value=round(p99_ms, 1), unit="ms", note=note),
    ]


def _told(costs: Mapping[int, Mapping[str, Cost]], count: int, p99_ms: float) -> str:
    peers = [name for name in next(iter(costs.values())) if name != "ours"]
    rows = [
        f"| {zoom} | {row['ours'].features:.0f} "
        f"| {row['ours'].cpu_ms:.2f} ({row['ours'].clock_ms:.1f})"
        + "".join(
            f" | {row[name].cpu_ms:.2f} ({row[name].clock_ms:.1f}) | "
            + ("–" if _is_full(row) else f"{row[name].cpu_ms / row['ours'].cpu_ms:.1f}")
            for name in peers
        )
        + " |"
        for zoom, row in costs.items()
    ]
    heads = "".join(f" {name} | ratio |" for name in peers)
    return "\n".join(
        [
            "## Tiles that nobody has built, beside other servers",
            "",
            f"{count} hazards; the tile of the densest town; milliseconds of processors (server",
            "and PostgreSQL) for one gzipped answer, by the clock in brackets. Cells to zoom 11,",
            f"hazards from 12, {MOST_SHOWN} at most: where ours is full, nothing is compared.",
            "Peers: " + ", ".join(servers.PACKAGES[::2]) + ", one process each,",
            "reading the same cells and hazards from tables of their own with a spatial index.",
            f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores.",
            "",
            f"| zoom | features | ours |{heads}",
            "|---|---|---|" + "---|---|" * len(peers),
            *rows,
            "",
            f"p99 of {P99_REQUESTS} of our tiles at {P99_PER_S:.0f} a second: {p99_ms:.0f} ms.",
            "",
            f'**Reproduce**: `make bench-tiles-peers BENCH_ARGS="--hazards {count}"` (installs the',
            "peers under `var/peers`).",
        ]
    )


if __name__ == "__main__":
    main()
