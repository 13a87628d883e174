"""How fast the real service turns detected frames into the map, whatever is on it already.

Run by `make bench-fusion`, or alone:
python -m tests.bench.fusion_service --sizes 10000 --profile var/fuse.prof
"""

import argparse
import cProfile
import json
import os
import statistics
import time
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hazardmap.settings")
django.setup()

from django.utils import timezone

from hazardmap.hazards.services import fuse_pending
from tests.bench.database import empty_database, server_s
from tests.bench.fusion_service import background, traffic

SITES, VISITS, CARS = 24, 5, 40
BUSY_STEP = 100
RESULTS = Path(__file__).parents[3] / "docs" / "benchmarks" / "fusion.json"


class Spent(NamedTuple):
    """Seconds: of wall time, and of a processor's by this process and by its server process.

    Their sum is what one core would take for both; it does not change when others use the machine.
    """

    wall_s: float
    python_s: float
    postgres_s: float

    @property
    def core_s(self) -> float:
        return self.python_s + self.postgres_s

    def rate(self, observations: int) -> float:
        """Observations per second of one core."""
        return observations / self.core_s

    def told(self, observations: int) -> str:
        return (
            f"{self.rate(observations):.0f} observations/s of one core for both processes, "
            f"{observations / self.wall_s:.0f} by the clock "
            f"(Python {self.python_s:.1f} s, PostgreSQL {self.postgres_s:.1f} s)"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--busy", type=int, default=0, help="passes of one street, instead")
    parser.add_argument("--profile", type=Path, help="write a profile of the timed part here")
    options = parser.parse_args()
    with empty_database():
        if options.busy:
            busy_street(options.busy, options.profile)
            return
        rates = by_size(options.sizes, options.rounds, options.profile)
    figures_write(rates)


def by_size(sizes: list[int], rounds: int, profile: Path | None) -> dict[int, list[float]]:
    """Observations per second of one core in each round, by how many hazards are on the map."""
    rates: dict[int, list[float]] = defaultdict(list)
    on_map, number = 0, 0
    for size in sizes:
        began = time.perf_counter()
        background.grow(on_map, size)
        on_map = size
        print(f"{size} hazards after {time.perf_counter() - began:.0f} s", flush=True)
        for _ in range(rounds):
            count = _traffic(number)
            number += 1
            spent = _fused(profile)
            rates[size].append(spent.rate(count))
            print(f"{size:>9} hazards: {spent.told(count)}", flush=True)
    return rates


def figures_write(rates: dict[int, list[float]]) -> None:
    """Both measures, or only the first where the map had one size."""
    medians = {size: statistics.median(found) for size, found in rates.items()}
    least, most = min(medians), max(medians)
    through = f"fuse_pending into PostGIS, {SITES * VISITS} passes of 10 frames, {least} hazards"
    new = [
        _figure("observations_per_s", medians[least], "1/s of one core, both processes", through)
    ]
    if most > least:
        flat = f"fastest over slowest median, {least} to {most} hazards on the map"
        ratio = max(medians.values()) / min(medians.values())
        new.append(_figure("scale_flatness", ratio, "ratio", flat))
    names = {figure["measure"] for figure in new}
    rows = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    rows = [row for row in rows if row["measure"] not in names] + new
    RESULTS.write_text(json.dumps(rows, indent=1) + "\n")


def _figure(measure: str, value: float, unit: str, note: str) -> dict[str, str | float]:
    return {"measure": measure, "value": round(value, 2), "unit": unit, "note": note}


def busy_street(passes: int, profile: Path | None) -> None:
    """The same stretch of street, passed every minute and a half; fused pass by pass."""
    cars = traffic.devices(passes)
    begin = timezone.now() - timedelta(seconds=90 * passes)
    for first in range(0, passes, BUSY_STEP):
        spent: list[Spent] = []
        count = 0
        for index in range(first, min(first + BUSY_STEP, passes)):
            at = begin + timedelta(seconds=90 * index)
            count += traffic.put([(cars[index], at, background.gap(0))])
            spent.append(_fused(profile))
        total = Spent(*map(sum, zip(*spent, strict=True)))
        print(f"passes {first:>5} on: {total.told(count)}", flush=True)


def _traffic(number: int) -> int:
    """Every site of this round is passed several times by different cars."""
    cars = traffic.devices(CARS)
    begin = timezone.now() - timedelta(hours=2)
    return traffic.put(
        [
            (cars[(site + visit) % CARS], _moment(begin, site, visit), _site(number, site))
            for visit in range(VISITS)
            for site in range(SITES)
        ]
    )


def _moment(begin: datetime, site: int, visit: int) -> datetime:
    return begin + timedelta(minutes=10 * visit, seconds=7 * (site % 10))


def _site(number: int, site: int) -> tuple[float, float]:
    return background.gap(number * SITES + site)


def _fused(profile: Path | None) -> Spent:
    profiler = cProfile.Profile() if profile else None
    before = time.perf_counter(), time.process_time(), server_s()
    if profiler:
        profiler.enable()
    fuse_pending()
    if profiler and profile:
        profiler.disable()
        profiler.dump_stats(profile)
    after = time.perf_counter(), time.process_time(), server_s()
    return Spent(*(b - a for a, b in zip(before, after, strict=True)))


if __name__ == "__main__":
    main()
