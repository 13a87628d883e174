"""Measure how many labelled faces and plates the engine blurs, and what it blurs needlessly."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from detection.engine import Engine, FrameResult
from detection.manifest import SHIPPED, load_manifest
from tests.bench.figures import BENCHMARKS, Figure, put, put_section
from tests.bench.privacy.labels import COVERED, Labelled, covered, interval, load, needless
from tests.shipped_models import CONFIG, SHARED

# Upper ends of the height classes, px of the stored copy.
CLASSES_PX: Final = {"face": (16, 30, 10_000), "plate": (16, 30, 10_000)}


@dataclass(frozen=True, slots=True)
class Found:
    """One labelled face or plate: its height in the stored copy, and whether it was blurred."""

    what: str
    height_px: float
    blurred: bool
    picture: str


@dataclass(frozen=True, slots=True)
class Measured:
    """found: one entry for each readable label. blurred, wasted: shares of each picture's area."""

    found: list[Found]
    blurred: list[float]
    wasted: list[float]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.privacy",
        description=__doc__,
        epilog="example: python -m tests.bench.privacy --write",
    )
    parser.add_argument("--data", type=Path, default=SHARED, help="the folder of pictures")
    parser.add_argument("--missed", action="store_true", help="name what was not blurred")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks/detector.*")
    given = parser.parse_args(arguments)
    if not given.data.is_dir():
        sys.stderr.write(f"no pictures: {given.data} is absent (set HAZARDMAP_SHARED)\n")
        return 2
    measured = measure(load(), given.data)
    text = report(measured)
    sys.stdout.write(text)
    if given.missed:
        for one in measured.found:
            if not one.blurred:
                sys.stdout.write(f"{one.what} {one.height_px:.0f} px  {one.picture}\n")
    if given.write:
        put(BENCHMARKS / "detector.json", figures(measured))
        put_section(BENCHMARKS / "detector.md", "privacy", text)
    return 0


def measure(pictures: Sequence[Labelled], data: Path) -> Measured:
    """Run the shipped engine over the pictures, with progress on stderr."""
    found, blurred, wasted = [], [], []
    with Engine(load_manifest(SHIPPED), device="cpu", config_dir=CONFIG) as engine:
        for number, each in enumerate(pictures, 1):
            [result] = engine.process([(data / each.picture).read_bytes()])
            if not isinstance(result, FrameResult):
                raise ValueError(f"{each.picture}: {result.detail}")
            regions = result.receipt.regions
            for one in each.labels:
                if one.readable:
                    height_px = (one.box[3] - one.box[1]) * result.height_px
                    hidden = covered(one.box, regions) >= COVERED
                    found.append(Found(one.what, height_px, hidden, each.picture))
            area, idle = needless(each.labels, regions)
            blurred.append(area)
            wasted.append(idle)
            sys.stderr.write(f"\r{number} of {len(pictures)} pictures")
    sys.stderr.write("\n")
    return Measured(found, blurred, wasted)


def figures(measured: Measured) -> list[Figure]:
    """face_blur_recall and plate_blur_recall, with counts and interval in their notes."""
    result = []
    for what in ("face", "plate"):
        hits, of = _count(measured, what)
        low, high = interval(hits, of)
        note = f"{hits} of {of} labelled in {len(measured.blurred)} pictures, 95 % interval "
        note += f"{low:.3f} to {high:.3f}; {COVERED:.0%} of the box blurred"
        value = round(hits / of, 3)
        result.append(Figure(measure=f"{what}_blur_recall", value=value, unit="", note=note))
    return result


def report(measured: Measured) -> str:
    """The section of docs/benchmarks/detector.md."""
    lines = [
        "## Faces and plates that are blurred",
        "",
        "| what | height in the stored copy | blurred | of | recall | 95 % interval |",
        "|---|---|---|---|---|---|",
    ]
    for what, ends in CLASSES_PX.items():
        rows = [("all", 0.0, 1e9)]
        rows += [
            (f"{low:g} px and more" if high > 1000 else f"{low:g} to {high:g} px", low, high)
            for low, high in zip((0, *ends), ends, strict=False)
        ]
        for words, low_px, high_px in rows:
            hits, of = _count(measured, what, low_px, high_px)
            if of:
                low, high = interval(hits, of)
                cells = (what, words, hits, of, f"{hits / of:.3f}", f"{low:.3f} to {high:.3f}")
                lines.append("| " + " | ".join(map(str, cells)) + " |")
    lines += [
        "",
        f"Of the pictures' area {np.mean(measured.blurred):.2%} is blurred, "
        f"{np.mean(measured.wasted):.2%} in regions that touch nothing labelled (heads turned away "
        "among them).",
        "",
        "Labels: `tests/bench/privacy/labels.json`. Most are proposals of the same detectors at "
        "lower thresholds, confirmed by eye; what was missed was searched for in and around the "
        "larger persons and vehicles only, so that this is an upper estimate, for small faces "
        "above all. A face counts from 10 px, a plate from 8 px of "
        "height if its characters can be read or nearly be read. Statues, paintings and what the "
        "publisher of a picture had blurred are left out. The labels were also used to choose "
        "thresholds and sizes, so that pictures never seen may do a little worse. "
        "Repeat with `make bench-privacy`.",
    ]
    return "\n".join(lines) + "\n"


def _count(
    measured: Measured, what: str, low_px: float = 0.0, high_px: float = 1e9
) -> tuple[int, int]:
    some = [f.blurred for f in measured.found if f.what == what and low_px <= f.height_px < high_px]
    return sum(some), len(some)


if __name__ == "__main__":
    sys.exit(main())
