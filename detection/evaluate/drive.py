"""What a network finds on a rendered drive, which knows where everything is.

A drive is a folder as `detection.render` writes it: drive-N/0001.jpg … and truth.json.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detection.evaluate.intervals import Interval, share
from detection.evaluate.matching import Floats, overlaps
from detection.evaluate.predictions import Predicted
from detection.labelled import ANIMAL, CLASSES, DEER, class_number
from detection.render.drive import render_drive

NEAR_M: Final = 40.0
# Small boxes at a distance: enough to know which thing is meant.
OVERLAP: Final = 0.3
# Reports below this score are none.
LEAST: Final = 0.1
# How far a false report may move between two frames and still be the same, share of the picture.
SAME_PLACE: Final = 0.15
START: Final = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
EARTH_M: Final = 6_371_000.0


class DriveError(Exception):
    """Why a drive cannot be measured, in one sentence."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One thing in one frame. number: of the thing, unique over all drives. score: best score of a
    report of its class over it, 0 without one; visible: unhidden share of it.
    """

    number: str
    kind: str
    distance_m: float
    visible: float
    height_px: float
    score: float


@dataclass(frozen=True, slots=True)
class Pass:
    """One thing, or one false report, over the frames that report it. best: score, 0..1."""

    kind: str
    best: float
    frames: int
    true: bool


@dataclass(frozen=True, slots=True, eq=False)
class Drive:
    """Everything seen and reported along all drives of a folder. frames, length_m: of all drives.

    sightings: one per frame and thing in it. passes: of all that has a report, true or false.
    """

    frames: int
    length_m: float
    sightings: tuple[Sighting, ...]
    passes: tuple[Pass, ...]


@dataclass(frozen=True, slots=True)
class DriveFigures:
    """Of the things that were seen within 40 m: found in any frame, and per frame, by kind.

    "" stands for all kinds. false_per_km: false passes at the working thresholds.
    """

    found: dict[str, Interval]
    per_frame: dict[str, Interval]
    false_per_km: float
    length_m: float
    frames: int


def render_drives(out: Path, assets: Path, seeds: Sequence[int]) -> list[Path]:
    """Render the demo's drives for each seed, unless they are there; the folders of them.

    assets: with roads.geojson. Raises ValueError or OSError for missing assets.
    """
    folders = []
    for seed in seeds:
        folder = out / f"seed-{seed}"
        if not (folder / "truth.json").is_file():
            render_drive(
                roads=assets / "roads.geojson",
                out=folder,
                seed=seed,
                start=START,
            )
        folders.append(folder)
    return folders


def pictures_of(folder: Path) -> list[Path]:
    """All frames of a folder, in the order of `read_drive`."""
    return [
        folder / frame["file"] for drive in _truth(folder)["drives"] for frame in drive["frames"]
    ]


def read_drive(folder: Path, predicted: Sequence[Predicted]) -> Drive:
    """Compare the reports, one per picture of `pictures_of`, with the truth.

    A report is of the thing of its class that it overlaps most, by at least OVERLAP; of several
    reports of a thing the best counts, the others are not false.
    """
    sightings: list[Sighting] = []
    false: list[Pass] = []
    answers, length_m, frames = iter(predicted), 0.0, 0
    for drive in _truth(folder)["drives"]:
        open_chains: list[_Chain] = []
        length_m += sum(_metres(a, b) for a, b in pairwise(drive["frames"]))
        for frame in drive["frames"]:
            answer = next(answers)
            frames += 1
            label = f"{folder.name}/{drive['drive']}"
            seen, stray = _compared(frame["boxes"], answer, label)
            sightings += seen
            ended, open_chains = _continued(open_chains, stray)
            false += ended
        false += [chain.ended() for chain in open_chains]
    true = _true_passes(sightings)
    return Drive(frames, length_m, tuple(sightings), (*true, *false))


def joined(drives: Sequence[Drive]) -> Drive:
    """Several drives as one."""
    return Drive(
        sum(drive.frames for drive in drives),
        sum(drive.length_m for drive in drives),
        tuple(sighting for drive in drives for sighting in drive.sightings),
        tuple(each for drive in drives for each in drive.passes),
    )


def figures(drive: Drive, thresholds: Mapping[str, float], known: frozenset[int]) -> DriveFigures:
    """Shares found within 40 m and false passes per km. thresholds: by kind.

    known: the classes of the network; things of other kinds are left out.
    """
    kinds_known = {CLASSES[number] for number in known}
    near = [s for s in drive.sightings if s.distance_m <= NEAR_M and s.kind in kinds_known]
    things: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for s in near:
        things[s.kind, s.number].append(s.score >= thresholds[s.kind])
    kinds = ["", *sorted({kind for kind, _ in things})]
    found, per_frame = {}, {}
    for kind in kinds:
        chosen = [hits for (k, _), hits in things.items() if kind in {"", k}]
        found[kind] = share(sum(any(hits) for hits in chosen), len(chosen))
        flat = [hit for hits in chosen for hit in hits]
        per_frame[kind] = share(sum(flat), len(flat))
    false = sum(not p.true and p.best >= thresholds[p.kind] for p in drive.passes)
    kilometres = drive.length_m / 1000
    return DriveFigures(found, per_frame, false / kilometres, drive.length_m, drive.frames)


@dataclass(slots=True, eq=False)
class _Chain:
    """A false report, followed from frame to frame. centre: in shares."""

    number: int
    centre: Floats
    best: float
    frames: int = 1

    def ended(self) -> Pass:
        return Pass(CLASSES[self.number], self.best, self.frames, true=False)


def _truth(folder: Path) -> dict[str, Any]:
    path = folder / "truth.json"
    try:
        truth: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise DriveError(f"{path} cannot be read: {error}") from error
    return truth


def _compared(
    boxes: Sequence[Mapping[str, Any]], answer: Predicted, label: str
) -> tuple[list[Sighting], list[_Chain]]:
    """What became of each thing of a frame, and the reports that are of none."""
    # Whoever sees a deer reports an animal as well: here it is one, and told by that alone.
    sure = (answer.scores >= LEAST) & (answer.classes != DEER)
    reported, scores, classes = answer.boxes[sure], answer.scores[sure], answer.classes[sure]
    named = (class_number(box["kind"]) for box in boxes)
    numbers = np.array([ANIMAL if number == DEER else number for number in named], object)
    there = np.array([box["box"] for box in boxes], np.float64).reshape(-1, 4)
    there[:, 2:] += there[:, :2]
    overlap = overlaps(reported, there) * (classes[:, None] == numbers[None])
    covers = overlap >= OVERLAP
    scale = 640 * answer.size_px[1] / max(answer.size_px)
    sightings = [
        Sighting(
            number=f"{label}/{box['object']}",
            kind=CLASSES[numbers[i]],
            distance_m=float(box["distance_m"]),
            visible=float(box["visible"]),
            height_px=float(box["box"][3]) * scale,
            score=float(scores[covers[:, i]].max(initial=0.0)),
        )
        for i, box in enumerate(boxes)
        if numbers[i] is not None
    ]
    stray = ~covers.any(axis=1)
    centres = (reported[:, :2] + reported[:, 2:]) / 2
    return sightings, [
        _Chain(int(number), centre, float(score))
        for number, centre, score in zip(classes[stray], centres[stray], scores[stray], strict=True)
    ]


def _continued(
    chains: Sequence[_Chain], stray: Sequence[_Chain]
) -> tuple[list[Pass], list[_Chain]]:
    """Chains that found no report in this frame end; the others go on."""
    free, going = list(chains), []
    for report in stray:
        before = min(
            (chain for chain in free if chain.number == report.number),
            key=lambda chain: float(np.hypot(*(chain.centre - report.centre))),
            default=None,
        )
        if before is not None and np.hypot(*(before.centre - report.centre)) <= SAME_PLACE:
            free.remove(before)
            report.best = max(report.best, before.best)
            report.frames = before.frames + 1
        going.append(report)
    return [chain.ended() for chain in free], going


def _true_passes(sightings: Sequence[Sighting]) -> Iterator[Pass]:
    by_thing: dict[tuple[str, str], list[float]] = defaultdict(list)
    for sighting in sightings:
        if sighting.score > 0:
            by_thing[sighting.kind, sighting.number].append(sighting.score)
    for (kind, _), scores in by_thing.items():
        yield Pass(kind, max(scores), len(scores), true=True)


def _metres(a: Mapping[str, Any], b: Mapping[str, Any]) -> float:
    """Great circle between two frames."""
    lat_a, lat_b = radians(a["lat"]), radians(b["lat"])
    half = sin((lat_b - lat_a) / 2) ** 2
    half += cos(lat_a) * cos(lat_b) * sin(radians(b["lon"] - a["lon"]) / 2) ** 2
    return 2 * EARTH_M * asin(sqrt(half))


def pass_arrays(
    drive: Drive,
) -> tuple[Floats, NDArray[np.intp], NDArray[np.bool_]]:
    """Best scores, reporting frames, and whether true, of all passes."""
    return (
        np.array([each.best for each in drive.passes], np.float64),
        np.array([each.frames for each in drive.passes], np.intp),
        np.array([each.true for each in drive.passes], bool),
    )
