"""Run by `make bench-fusion`. Short form: python -m tests.bench.fusion --days 4 --blocks 12"""

import argparse
import json
import multiprocessing
import os
import platform
import time
from datetime import UTC, datetime
from pathlib import Path

from hazardmap.core.params import FusionParams
from tests.bench.fusion.figures import Figure, Summary, figures, summary, total
from tests.bench.fusion.run import run, warmed_up
from tests.sim.scenario import scenario
from tests.sim.town import Town

RESULTS = Path(__file__).parents[3] / "docs" / "benchmarks"
LIARS = 0.2

WARM_UP_SEED, WARM_UP_DAYS = 1, 7.0  # of the same world; no seed on which figures are taken

Job = tuple[int, float | None, int | None, float | None, FusionParams]


def one(job: Job) -> Summary:
    seed, days, blocks, liars, params = job
    began = time.process_time()
    outcome = run(Town(scenario(blocks=blocks, liars=liars), seed, days), params)
    print(f"seed {seed} liars {liars}: {time.process_time() - began:.0f} s", flush=True)
    return summary(outcome)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="*", default=scenario()["seeds"])
    parser.add_argument("--days", type=float)
    parser.add_argument("--blocks", type=int)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--write", action="store_true", help="write a reduced run down as such")
    parser.add_argument("--learn", action="store_true", help="learn the parameters first")
    parser.add_argument("--attack", action=argparse.BooleanOptionalAction, default=True)
    options = parser.parse_args()
    params = FusionParams()
    if options.learn:
        began = time.process_time()
        warm_up = Town(scenario(blocks=options.blocks), WARM_UP_SEED, WARM_UP_DAYS)
        params = warmed_up(warm_up)
        print(f"learned in {time.process_time() - began:.0f} s: {params}", flush=True)
    jobs: list[Job] = [(seed, options.days, options.blocks, None, params) for seed in options.seeds]
    if options.attack:
        jobs.append((options.seeds[0], options.days, options.blocks, LIARS, params))
    with multiprocessing.Pool(options.processes, maxtasksperchild=1) as pool:
        outcomes = pool.map(one, jobs, chunksize=1)
    honest = outcomes[: len(options.seeds)]
    found = figures(honest, params)
    if options.attack:
        attacked, same = total([outcomes[-1].map]).brier, total([honest[0].map]).brier
        note = f"liars = {LIARS}, seed {options.seeds[0]}, against the same seed without"
        value = round(attacked / same, 4)
        found.append(
            {"measure": "attack_brier_ratio", "value": value, "unit": "ratio", "note": note}
        )
    for what in honest[0].parts:
        part = total([one.parts[what] for one in honest])
        print(f"{what:<16}{part.squares:>9.0f} of {part.sites:>8} {part.errors.round(2)}")
    for figure in found:
        print(f"{figure['measure']:<24}{figure['value']:>10}  {figure['unit']} {figure['note']}")
    size = f"seeds {options.seeds}, {options.days or scenario()['days']} days, "
    size += "parameters learned, " if options.learn else "parameters as shipped, "
    size += f"{options.blocks or scenario()['world']['grid_blocks'][0]} blocks a side"
    whole = options.days is None and options.blocks is None
    whole = whole and options.seeds == scenario()["seeds"] and options.attack
    if whole or options.write:
        write(found, size if whole else f"REDUCED, not the whole scenario: {size}")


def write(found: list[Figure], size: str) -> None:
    """The two documents; only the whole scenario's figures count, and the size says which it is."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    noted = [{**figure, "note": f"{figure['note']} ({size})"} for figure in found]
    path, names = RESULTS / "fusion.json", {figure["measure"] for figure in found}
    kept = json.loads(path.read_text()) if path.exists() else []
    kept = [figure for figure in kept if figure["measure"] not in names]
    path.write_text(json.dumps([*noted, *kept], indent=1) + "\n")
    rows = [f"| {f['measure']} | {f['value']} | {f['unit']} | {f['note']} |" for f in found]
    text = [
        "# Fusion: how right the map is",
        "",
        "`make bench-fusion` runs the fixed scenario (`tests/sim/sim.toml`), all seeds, through",
        "`core.replay.Replay`, the incremental form of `core.fusion.fuse`, and through three",
        "simpler maps. These are told which report belongs to which thing and are fitted to the",
        "truth they are judged by; the map has to find out. Evidence counts from when it was",
        "captured: late uploads are taken as if in time, for the map and the simpler ones alike.",
        "Whom the map trusts it finds out by the day, from the stream alone. With `--learn` its",
        f"parameters are learned before, from {WARM_UP_DAYS:.0f} days of another seed",
        f"({WARM_UP_SEED}) of the same world without its truth.",
        "",
        f"Size of this run: {size}.",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}.",
        "",
        "| measure | value | unit | note |",
        "|---|---|---|---|",
        *rows,
        "",
    ]
    (RESULTS / "fusion.md").write_text("\n".join(text))


if __name__ == "__main__":
    main()
