"""How fast tiles are built and kept true, in one run on one machine.

Run by `make bench-tiles`, or shorter: python -m tests.bench.tiles --hazards 50000 --rounds 2
Each part alone, over one map: python -m tests.bench.tiles --keep --part read (then refresh, year).
"""

import argparse
import gzip
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import NamedTuple

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hazardmap.settings")
django.setup()

from django.db import connection
from mapbox_vector_tile import decode

from hazardmap.hazards.services import cells_rebuild
from tests.bench.database import server_s
from tests.bench.figures import BENCHMARKS, Figure, put, put_section
from tests.bench.tiles import changes, country, st_asmvt, year
from tests.tile_reading import tile_at
from tiles.files import packed
from tiles.layers import build
from tiles.publish import publish
from tiles.rebuild import rebuild

CELL_ZOOMS = (6, 8, 10, 11)
HAZARD_ZOOMS = (13, 14, 15, 16)
LEAST_CPU_S = 0.4
BATCH, BATCHES = 1000, 5
READ_S = 10.0


class Row(NamedTuple):
    """One tile, ours and theirs: milliseconds of the server's processor, bytes after gzip (of
    theirs at level 6, of ours as they are sent).

    same: what theirs would be with our whole numbers in place of counts.
    """

    zoom: int
    features: int
    ours_ms: float
    theirs_ms: float
    ours_bytes: int
    theirs_bytes: int
    same_bytes: int


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.tiles", description=__doc__)
    parser.add_argument("--hazards", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--keep", action="store_true", help="use the database as it is, and keep it"
    )
    parser.add_argument("--part", choices=PARTS, action="append", help="of the whole; all if none")
    options = parser.parse_args()
    with database(keep=options.keep):
        fill(options.hazards, keep=options.keep)
        count = hazards_there()
        for part in options.part or PARTS:
            PARTS[part](count, options.rounds)


def _read_model(count: int, rounds: int) -> None:
    cells = [_compared(zoom, rounds) for zoom in CELL_ZOOMS]
    _report_read_model(count, cells, [(zoom, *_single(zoom)) for zoom in HAZARD_ZOOMS])


def _refresh(count: int, rounds: int) -> None:
    _refreshed()  # the outlines of cells are made once
    rate = statistics.median(_refreshed() for _ in range(BATCHES))
    pairs = []
    for _ in range(rounds):
        with _reading() as alone:
            time.sleep(READ_S)
        with _reading() as beside:
            begin = time.monotonic()
            while time.monotonic() < begin + READ_S:
                _refreshed()
        pairs.append(beside[0] / alone[0])
    _report_refresh(count, rate, statistics.median(pairs))


@contextmanager
def _reading() -> Iterator[list[float]]:
    """Somebody reads tiles meanwhile; afterwards: the milliseconds that one took, a median."""
    took_ms: list[float] = []
    command = [sys.executable, "-m", "tests.bench.tiles.reader", connection.settings_dict["NAME"]]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield took_ms
            said, _ = process.communicate("enough\n")
            took_ms.append(float(said))
        finally:
            process.kill()


def _year(count: int, rounds: int) -> None:
    _report_year(count, year.slowdown(_cpu_ms, max(3, rounds)))


PARTS = {"read": _read_model, "refresh": _refresh, "year": _year}


def fill(count: int, *, keep: bool = False) -> None:
    """Hazards, cells and tiles, and the table of `st_asmvt`; keep: if they are not there yet."""
    if keep and _filled():
        return
    begin = time.perf_counter()
    country.fill(count)
    print(f"{count} hazards after {time.perf_counter() - begin:.0f} s", flush=True)
    for steps in (cells_rebuild(), rebuild()):
        for _ in steps:
            pass
        print(f"… {time.perf_counter() - begin:.0f} s", flush=True)
    st_asmvt.fill()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def hazards_there() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM hazards_hazard")
        return int(cursor.fetchone()[0])


def _filled() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('bench_cell') IS NOT NULL")
        return bool(cursor.fetchone()[0])


def _compared(zoom: int, rounds: int) -> Row:
    """The densest town's tile, both ways in turn."""
    tile = tile_at(*country.DENSEST, zoom)
    ours, theirs = build("hazards", tile), st_asmvt.theirs(tile)
    assert ours is not None
    same = st_asmvt.theirs_of_bytes(tile)
    drawn, other = (decode(body)["cells"]["features"] for body in (ours, same))
    assert _said(drawn) == _said(other), "both hold the same cells"
    pairs = [
        (_cpu_ms(lambda: st_asmvt.ours(tile)), _cpu_ms(lambda: st_asmvt.theirs(tile)))
        for _ in range(rounds)
    ]
    medians = (statistics.median(side) for side in zip(*pairs, strict=True))
    sizes = (len(gzip.compress(body, 6)) for body in (theirs, same))
    row = Row(zoom, len(drawn), *medians, len(packed(ours)), *sizes)
    print(row, flush=True)
    return row


def _said(features: list[dict[str, object]]) -> dict[object, object]:
    return {item["id"]: item["properties"] for item in features}


def _single(zoom: int) -> tuple[int, float]:
    """Features of the densest tile of single hazards, and milliseconds of the server for it."""
    tile = tile_at(*country.DENSEST, zoom)
    body = build("hazards", tile)
    count = len(decode(body)["hazards"]["features"]) if body else 0
    ms = _cpu_ms(lambda: build("hazards", tile))
    print(f"z{zoom}: {count} hazards in {ms:.2f} ms", flush=True)
    return count, ms


def _refreshed() -> float:
    """Changed hazards per second of one core, this process and its server together."""
    changes.put(BATCH)
    begin = time.process_time() + server_s()
    publish()
    return BATCH / (time.process_time() + server_s() - begin)


def _cpu_ms(call: Callable[[], object]) -> float:
    """Processor time of the server per call, over enough calls for its clock of 10 ms."""
    call()
    begin, calls = server_s(), 0
    while (spent := server_s() - begin) < LEAST_CPU_S:
        for _ in range(20):
            call()
        calls += 20
    return 1000 * spent / calls


def _report_read_model(count: int, cells: list[Row], hazards: list[tuple[int, int, float]]) -> None:
    db = max(row.ours_ms / row.theirs_ms for row in cells)
    size = max(row.ours_bytes / row.theirs_bytes for row in cells)
    note = f"{count} hazards, the densest town's tile, z{CELL_ZOOMS[0]} to z{CELL_ZOOMS[-1]}"
    ratios = {"db_time_over_st_asmvt_max": db, "gzip_over_st_asmvt": size}
    figures = [
        Figure(measure=name, value=round(value, 3), unit="ratio", note=note)
        for name, value in ratios.items()
    ]
    lines = [
        "## Features joined, beside `ST_AsMVT`",
        "",
        f"{count} hazards; the tile of the densest town; milliseconds of PostgreSQL's processor,",
        f"both prepared and in binary. {_when()}.",
        "",
        "`ST_AsMVT` reads the same cells as polygons with an expected count per kind and a time;",
        "the last column is the size of its tile with our whole numbers in their place.",
        "",
        "| zoom | features | ours | `ST_AsMVT` | ratio | gzip: ours | theirs | with our numbers |",
        "|---|---|---|---|---|---|---|---|",
        *(
            f"| {row.zoom} | {row.features} cells | {row.ours_ms:.2f} | {row.theirs_ms:.2f} | "
            f"{row.ours_ms / row.theirs_ms:.3f} | {row.ours_bytes} | {row.theirs_bytes} "
            f"| {row.same_bytes} |"
            for row in cells
        ),
        *(f"| {zoom} | {found} hazards | {ms:.2f} | | | | | |" for zoom, found, ms in hazards),
        "",
        _reproduce("read"),
    ]
    _write("read model", figures, lines)


def _report_refresh(count: int, rate: float, slower: float) -> None:
    """slower: a tile while changes are taken in as fast as that goes, over one alone."""
    note = f"sums and features; batches of {BATCH} of {count} hazards, both processes"
    figure = Figure(
        measure="refresh_hazards_per_s", value=round(rate), unit="1/s of one core", note=note
    )
    reads = Figure(
        measure="read_beside_refresh_over_alone",
        value=round(slower, 2),
        unit="ratio",
        note="median time by the clock to build a tile, z6 to z15, while the publisher never rests",
    )
    lines = [
        "## Changes that tiles keep up with",
        "",
        f"{rate:.0f} changed hazards per second of one core, device groups, cells and features "
        f"included: median of {BATCHES} batches of {BATCH} of {count} hazards. {_when()}.",
        f"While they are taken in without a pause, a tile takes {slower:.2f} times as long by the "
        "clock as alone.",
        "",
        _reproduce("refresh"),
    ]
    _write("refresh", [figure, reads], lines)


def _report_year(count: int, slower: dict[str, float]) -> None:
    note = f"database time of {', '.join(slower)}; {count} hazards, three times that with the year"
    value = round(max(slower.values()), 3)
    lines = [
        "## A year of history",
        "",
        f"The same map of {count} hazards without and with a year behind it (twice as many that",
        "have expired, their events, a look a month at every place, 260,000 detections and 260,000",
        "answers in monthly partitions), asked in turn: the database's processor time for a tile,",
        f"with over without. {_when()}.",
        "",
        "| tile | ratio |",
        "|---|---|",
        *(f"| {name} | {ratio:.2f} |" for name, ratio in slower.items()),
        "",
        _reproduce("year"),
    ]
    _write("year", [Figure(measure="year_slowdown", value=value, unit="ratio", note=note)], lines)


def _write(section: str, measured: list[Figure], lines: list[str]) -> None:
    """These figures and this section, and nothing else of the documents."""
    put(BENCHMARKS / "tiles.json", measured)
    put_section(BENCHMARKS / "tiles.md", section, "\n".join(lines))
    print("\n".join(lines), flush=True)


def _when() -> str:
    load = os.getloadavg()[1]
    return f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, load average {load:.1f}"


def _reproduce(part: str) -> str:
    return f'**Reproduce**: `make bench-tiles BENCH_ARGS="--part {part}"`.'


@contextmanager
def database(*, keep: bool) -> Iterator[None]:
    """A database of its own; it stays if `keep`, and those that are not kept leave it alone."""
    if keep:
        connection.settings_dict["TEST"]["NAME"] = "bench_kept"
    name = connection.creation.create_test_db(
        verbosity=0, autoclobber=not keep, keepdb=keep, serialize=False
    )
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    try:
        yield
    finally:
        if not keep:
            connection.creation.destroy_test_db(name, verbosity=0)


if __name__ == "__main__":
    main()
