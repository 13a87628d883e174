"""What the map has of rendered drives, over the whole real site: uploaded, detected, fused.

Run by `make bench-drive`. Short form: python -m tests.bench.drive --seeds 1. Each seed is a street
of its own, driven by two accounts, and fills a site of its own. HAZARDMAP_WEIGHTS names the
manifest of other weights than the shipped ones. --offline leaves the site out and writes nothing
down: tune on streets from 4 on, 1 to 3 are those that are reported.
"""

import argparse
import json
import os
import platform
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tqdm import tqdm

from detection.render.drive import head_start, render_drive
from hazardmap.core.fusion.hazard import LIVE
from tests.bench.drive.offline import mapped, weights
from tests.bench.drive.scoring import MATCH_M, NEAR_M, Score, Shown, mistakes, score
from tests.bench.figures import BENCHMARKS, Figure, put, put_section
from tests.stack import Stack, started, wait_for

SEEDS = [1, 2, 3]
DRIVES = 2
SHOWN = (
    "SELECT kind, ST_X(position::geometry), ST_Y(position::geometry), published "
    "FROM hazards_hazard WHERE state = ANY(%s)"
)
UNFINISHED = (
    "SELECT (SELECT count(*) FROM capture_frame WHERE state = 'received')"
    " + (SELECT count(*) FROM inference_detectionrun WHERE fused_at IS NULL)"
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.drive", description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--offline", action="store_true", help="detector and fusion alone")
    options = parser.parse_args()
    seeds: list[int] = options.seeds
    total, model = Score(), ""
    if options.offline:
        manifest = weights()
        for seed in seeds:
            total += _scored(seed, *mapped(seed, manifest))
        _show(_figures(total, manifest.hazards.label, seeds))
        return
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder, started(Path(folder)) as stack:
            one = _drive(stack, Path(folder) / "drives", seed)
            [(model,)] = stack.query(
                "SELECT label FROM inference_modelversion WHERE state = 'live'"
            )
        total += one
    found = _figures(total, model, seeds)
    _show(found)
    if seeds == SEEDS:
        put(BENCHMARKS / "detector.json", found)
        put_section(BENCHMARKS / "detector.md", "drive", _text(found))


def _drive(stack: Stack, folder: Path, seed: int) -> Score:
    """Render, upload, wait until all is on the map, and hold it against the truth."""
    assets = Path(stack.environment["HAZARDMAP_VAR"]) / "assets"
    with tqdm(unit="frame", disable=None, desc=f"seed {seed}") as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update()

        summary = render_drive(
            roads=assets / "roads.geojson",
            out=folder,
            seed=seed,
            drives=DRIVES,
            start=datetime.now(UTC) - head_start(DRIVES),
            progress=progress,
        )
    for account, drive in enumerate(summary.drives):
        for path in sorted(drive.glob("*.jpg")):
            stack.upload(path, account=account)
    wait_for(
        "the end of detection",
        lambda: stack.query(UNFINISHED)[0][0] == 0,
        timeout_s=10.0 * summary.frames,
        every_s=1.0,
    )
    shown = [Shown(*row) for row in stack.query(SHOWN, sorted(LIVE))]
    return _scored(seed, json.loads(summary.truth.read_text()), shown)


def _scored(seed: int, truth: dict[str, Any], shown: list[Shown]) -> Score:
    """The score, with every mistake told."""
    one = score(truth, shown)
    print("\n".join(mistakes(truth, shown)))
    print(f"seed {seed}: {one}", flush=True)
    return one


def _show(found: list[Figure]) -> None:
    for figure in found:
        print(f"{figure['measure']:<28}{figure['value']:>8} {figure['unit']} {figure['note']}")


def _figures(total: Score, model: str, seeds: list[int]) -> list[Figure]:
    streets = (
        f"{model}, street{'s' * (len(seeds) > 1)} {', '.join(map(str, seeds))}, two drives each"
    )
    return [
        Figure(
            measure="drive_recall_40m",
            value=round(total.recall, 3),
            unit="",
            note=f"{streets}: {total.found} of {total.objects} things seen from {NEAR_M:.0f} m or "
            f"less, {total.named} under their own kind, {total.published} published",
        ),
        Figure(
            measure="drive_false_hazards_per_km",
            value=round(total.false_per_km, 2),
            unit="1/km",
            note=f"{streets}: {total.false} on {total.km:.2f} km, {total.false_published} of them "
            "published",
        ),
    ]


def _text(found: list[Figure]) -> str:
    rows = [f"| {f['measure']} | {f['value']} | {f['unit']} | {f['note']} |" for f in found]
    return "\n".join(
        [
            "## The rendered drive",
            "",
            "`make bench-drive` renders streets with things at known places, has two accounts",
            "drive down each, sends their frames through the whole site and holds the map against",
            "the truth. A hazard stands for at most one thing, of a kind that the map takes for",
            f"the same (one animal for another, a drum for a cone), at most {MATCH_M:.0f} m away.",
            "",
            "| measure | value | unit | what |",
            "|---|---|---|---|",
            *rows,
            "",
            f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, {os.cpu_count()} cores.",
        ]
    )


if __name__ == "__main__":
    main()
