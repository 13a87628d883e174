"""What metering costs, how far caps are passed, and what kills lose.

Run by `make bench-billing`, or a part alone: python -m tests.bench.billing_faults --parts overhead
"""

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from http.client import HTTPConnection, HTTPResponse, RemoteDisconnected
from pathlib import Path
from typing import NamedTuple

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hazardmap.settings")
django.setup()

import httpx
from django.conf import settings

from hazardmap.core.access.tile_token import signed
from tests.bench.database import empty_database
from tests.bench.figures import BENCHMARKS, Figure, put, put_section
from tests.billing_load import TILE, run
from tests.capped_buyers import buyers, capped, served, spent_by
from tests.selling_site import Site, kill_order, selling_site

SWITCH = "tests.bench.metering_switch"
BLOCKS, CLIENTS = 40, 4
CAP = "9.50"


PARTS = ("faults", "overhead", "cap")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=55)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    options = parser.parse_args()
    if {"faults", "overhead"} & {*options.parts}:
        with tempfile.TemporaryDirectory() as folder, selling_site(Path(folder)) as site:
            if "faults" in options.parts:
                _keep(_faults(site, options.kills))
            if "overhead" in options.parts:
                _keep(_overhead(site))
    if "cap" in options.parts:
        _keep([_overshoot()])
    write_table()


def _keep(figures: list[Figure]) -> None:
    for figure in figures:
        print(f"{figure['measure']}: {figure['value']} {figure['unit']} ({figure['note']})")
    put(BENCHMARKS / "billing.json", figures)


def write_table() -> None:
    """All figures of billing.json, those of `tests.bench.billing` too, for people."""
    rows = json.loads((BENCHMARKS / "billing.json").read_text())
    lines = [
        f"| `{row['measure']}` | {row['value']} {row['unit']} | {row['note']} |" for row in rows
    ]
    table = "\n".join(["| measure | figure | how |", "|---|---|---|", *lines])
    put_section(BENCHMARKS / "billing.md", "figures", table)


def _faults(site: Site, kills: int) -> list[Figure]:
    dice = random.Random(3)
    found = run(site, kills=kill_order(kills, 3), pause_s=lambda: dice.uniform(0.3, 1.5))
    parts = ", ".join(f"{part} {count}" for part, count in sorted(found.by_part.items()))
    note = (
        f"{found.received} answers received by 8 clients; {found.extra} were counted and not "
        f"received, {found.short} of nginx received and not counted, all within the requests in "
        "flight at a kill"
    )
    return [
        Figure(measure="fault_runs", value=found.kills, unit="kills", note=f"kill -9: {parts}"),
        Figure(measure="usage_lost", value=found.lost, unit="answers", note=note),
        Figure(measure="usage_doubled", value=found.doubled, unit="answers", note="of the same"),
    ]


def _overhead(site: Site) -> list[Figure]:
    """Processor time of the web server by answer, and answers a second, metered and not.

    The shipper is stopped: what it takes per line is a figure of its own.
    """
    site.kill("shipper")
    site.stack.kill("web")
    site.stack.start("web", instead=("hazardmap.wsgi", SWITCH))
    address = tile_address(site)
    box = "/api/v1/hazards?bbox=24,60,25,61&published=false&limit=20"
    key = {"Authorization": f"Bearer {site.keys['token']}"}
    with httpx.Client(base_url=site.stack.url, timeout=30) as client:
        _until_up(client)
    api = Question(box, key, 100, "an answer of the API with 20 hazards")
    tile = Question(address, {}, 500, "a built tile from the Python tier")
    return [_cost(site, "metering_overhead", api), _cost(site, "metering_overhead_tile", tile)]


class Question(NamedTuple):
    """asked: how often it is asked in a block. what: it is, for people."""

    path: str
    headers: dict[str, str]
    asked: int
    what: str


def _cost(site: Site, measure: str, question: Question) -> Figure:
    on, off = _in_turns(site, question)
    ratios = [one.core_s / other.core_s for one, other in zip(on, off, strict=True)]
    slower = [one.wall_s / other.wall_s for one, other in zip(on, off, strict=True)]
    core = [statistics.median(one.core_s for one in blocks) * 1e6 for blocks in (on, off)]
    rate = [1 / statistics.median(one.wall_s for one in blocks) for blocks in (on, off)]
    note = (
        f"{question.what}: {core[0]:.0f} µs of processor time with metering, {core[1]:.0f} "
        f"without; {rate[0]:.0f} answers a second to {CLIENTS} clients with it, {rate[1]:.0f} "
        f"without ({statistics.median(slower) - 1:.3f} of the time); medians of {BLOCKS} pairs of "
        f"blocks of {question.asked}, metered and not in turns"
    )
    value = round(statistics.median(ratios) - 1, 4)
    return Figure(measure=measure, value=value, unit="", note=note)


def tile_address(site: Site) -> str:
    secret, now = settings.TILE_SECRETS[0], datetime.now(UTC)
    return f"/t/{signed(site.keys['web'], 'hazards', secret=secret, now=now).path()}/{TILE}.mvt"


class Taken(NamedTuple):
    """Seconds by answer: of the server's processors, and of the clock."""

    core_s: float
    wall_s: float


def _in_turns(site: Site, question: Question) -> tuple[list[Taken], list[Taken]]:
    """Blocks of so many answers, metered and unmetered in turns."""
    url, count = httpx.URL(site.stack.url), question.asked
    taken: dict[bool, list[Taken]] = {True: [], False: []}
    with ThreadPoolExecutor(CLIENTS) as pool:
        connections = [HTTPConnection(url.host, url.port, timeout=30) for _ in range(CLIENTS)]
        for block in range(2 * BLOCKS + 2):
            # On and off, off and on: what is first in a pair changes.
            metered = block % 4 in {0, 3}
            more = question.headers | {"X-Metered" if metered else "X-Unmetered": "1"}
            ask = partial(_ask, path=question.path, headers=more, count=count // CLIENTS)
            core_s, begun = _processor_s(site), time.perf_counter()
            list(pool.map(ask, connections))
            wall_s = time.perf_counter() - begun
            if block > 1:  # the first two warm up
                one = Taken((_processor_s(site) - core_s) / count, wall_s / count)
                taken[metered].append(one)
    return taken[True], taken[False]


def _ask(connection: HTTPConnection, path: str, headers: dict[str, str], count: int) -> None:
    """A client's part of a block. By the standard library: it leaves the server more processor."""
    for _ in range(count):
        answer = _answer(connection, path, headers)
        answer.read()
        if answer.status != httpx.codes.OK:
            sys.exit(f"{path} was answered with {answer.status}")


def _answer(connection: HTTPConnection, path: str, headers: dict[str, str]) -> HTTPResponse:
    """Once more where the server had ended a connection that was idle for long, as clients do."""
    try:
        connection.request("GET", path, headers=headers)
        return connection.getresponse()
    except RemoteDisconnected:
        connection.close()
        connection.request("GET", path, headers=headers)
        return connection.getresponse()


def _processor_s(site: Site) -> float:
    """Of the web server's threads, to the nanosecond."""
    group, taken_ns = site.stack.processes["web"].pid, 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            fields = (process / "stat").read_text().rpartition(")")[2].split()
            if int(fields[2]) == group:
                threads = (process / "task").glob("*/schedstat")
                taken_ns += sum(int(thread.read_text().split()[0]) for thread in threads)
        except OSError:
            continue
    return taken_ns / 1e9


def _until_up(client: httpx.Client) -> None:
    for _ in range(600):
        try:
            client.get("/healthz").raise_for_status()
            return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise SystemExit("The web server does not come up.")


def _overshoot() -> Figure:
    """Eight processes that buy until they are refused."""
    with empty_database(), tempfile.TemporaryDirectory() as folder:
        settings.USAGE_LOG = Path(folder)
        token = capped(CAP)
        buying = buyers(token, redis=os.environ["REDIS_URL"], until=402, most=1000)
        assert buying.wait(600) == 0
        units = sum(answer.quantity for answer in served())
        spent = spent_by(units)
    over = max(Decimal(0), spent - Decimal(CAP)) / Decimal(CAP)
    note = f"{spent} of {CAP} EUR spent in answers of 1 to 5 units by 8 processes at once"
    return Figure(measure="cap_overshoot", value=float(over), unit="of the cap", note=note)


if __name__ == "__main__":
    main()
