"""What metering costs, how far caps are passed, and what kills lose.

Run by `make bench-billing`, or alone: python -m tests.bench.billing_faults --kills 10
"""

import argparse
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hazardmap.settings")
django.setup()

import httpx  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from hazardmap.core.tile_token import signed  # noqa: E402
from tests.bench.figures import BENCHMARKS, Figure, put, put_section  # noqa: E402
from tests.billing_load import TILE, Site, kill_order, run, selling_site  # noqa: E402
from tests.faults.test_spending_at_once import buyers, capped, served, spent_by  # noqa: E402

SWITCH = "tests.bench.metering_switch"
BLOCKS, ASKED = 8, 100
CAP = "9.50"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=55)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, selling_site(Path(folder)) as site:
        _keep(_faults(site, options.kills))
        _keep(_overhead(site))
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
    """Processor time of the web server by answer, metered and not, in turns."""
    site.stack.kill("web")
    site.stack.start("web", instead=("hazardmap.wsgi", SWITCH))
    address = tile_address(site)
    box = "/api/v1/hazards?bbox=24,60,25,61&published=false&limit=20"
    key = {"Authorization": f"Bearer {site.keys['token']}"}
    questions = {
        "metering_overhead": (box, key, "an answer of the API with 20 hazards"),
        "metering_overhead_tile": (address, {}, "a built tile from the Python tier"),
    }
    figures = []
    with httpx.Client(base_url=site.stack.url, timeout=30) as client:
        _until_up(client)
        for measure, (path, headers, what) in questions.items():
            on, off = _in_turns(site, client, path, headers)
            value = round(on / off - 1, 4)
            note = (
                f"{what}: {on * 1e6:.0f} µs of processor time with metering, {off * 1e6:.0f} "
                f"without; median of {BLOCKS} blocks of {ASKED} each, in turns"
            )
            figures.append(Figure(measure=measure, value=value, unit="", note=note))
    return figures


def tile_address(site: Site) -> str:
    secret, now = settings.TILE_SECRETS[0], datetime.now(UTC)
    return f"/t/{signed(site.keys['web'], 'hazards', secret=secret, now=now).path()}/{TILE}.mvt"


def _in_turns(
    site: Site, client: httpx.Client, path: str, headers: dict[str, str]
) -> tuple[float, float]:
    """Seconds of the server's processors by answer: metered, and unmetered."""
    taken: dict[bool, list[float]] = {True: [], False: []}
    for block in range(2 * BLOCKS + 2):
        metered = block % 2 == 0
        more = headers if metered else headers | {"X-Unmetered": "1"}
        begun = _processor_s(site)
        for _ in range(ASKED):
            assert client.get(path, headers=more).status_code == httpx.codes.OK
        if block > 1:  # the first two warm up
            taken[metered].append((_processor_s(site) - begun) / ASKED)
    return statistics.median(taken[True]), statistics.median(taken[False])


def _processor_s(site: Site) -> float:
    """Of the web server's processes."""
    group, ticks = site.stack.processes["web"].pid, 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


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
    with _database(), tempfile.TemporaryDirectory() as folder:
        settings.USAGE_LOG = Path(folder)
        token = capped(CAP)
        buying = buyers(token, redis=os.environ["REDIS_URL"], until=402, most=1000)
        assert buying.wait(600) == 0
        units = sum(answer.quantity for answer in served())
        spent = spent_by(units)
    over = max(Decimal(0), spent - Decimal(CAP)) / Decimal(CAP)
    note = f"{spent} of {CAP} EUR spent in answers of 1 to 5 units by 8 processes at once"
    return Figure(measure="cap_overshoot", value=float(over), unit="of the cap", note=note)


@contextmanager
def _database() -> Iterator[None]:
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


if __name__ == "__main__":
    main()
