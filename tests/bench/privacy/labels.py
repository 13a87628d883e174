"""Faces and plates that a person has labelled in the pictures at hand, and how much is blurred.

`labels.json` has a line for each picture: its path below the data folder, and boxes in shares of
its width and height. A face counts from 10 px, a plate whose characters can be read or nearly be
read from 8 px of height in the stored copy; `readable` is false for plates that show no more than
that they are plates. The pictures are a fixed sample of those with people or vehicles. Proposals of
the two detectors (faces from 0.22, plates from 0.07 or 0.09, at up to twice the picture's size)
were confirmed or dropped by eye and keep the proposed box. What they had missed was then looked
for by eye: in 40 pictures everywhere, in the others inside the boxes of persons from 75 px of
height and of vehicles from 90 px of width that YOLO finds. What lies outside all of these is not
labelled, so that recall, of small faces above all, is an upper estimate.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from scipy.stats import beta

from detection.privacy import Region

LABELS: Final = Path(__file__).with_name("labels.json")
# A face or plate is blurred when so much of its box is.
COVERED: Final = 0.8
_POINTS: Final = 40
_AREA_POINTS: Final = 200

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Label:
    """what: "face" or "plate". box: left, top, right, bottom in shares of the picture."""

    what: str
    box: Box
    readable: bool


@dataclass(frozen=True, slots=True)
class Labelled:
    """One picture, its path below the data folder, and everything private in it."""

    picture: str
    labels: tuple[Label, ...]


def load() -> list[Labelled]:
    return [
        Labelled(
            row["picture"],
            tuple(
                Label(each["what"], tuple(each["box"]), each["readable"]) for each in row["labels"]
            ),
        )
        for row in json.loads(LABELS.read_text(encoding="utf-8"))
    ]


def covered(box: Box, regions: Sequence[Region]) -> float:
    """Share of a box that lies inside the union of the regions, on a grid of points."""
    return float(_inside(box, regions, _POINTS).mean())


def needless(labels: Sequence[Label], regions: Sequence[Region]) -> tuple[float, float]:
    """Shares of the picture's area: all that is blurred, and in regions that touch no label."""
    whole = (0.0, 0.0, 1.0, 1.0)
    idle = [region for region in regions if not any(_touch(region, one.box) for one in labels)]
    blurred, wasted = (float(_inside(whole, some, _AREA_POINTS).mean()) for some in (regions, idle))
    return blurred, wasted


def _inside(box: Box, regions: Sequence[Region], points: int) -> np.ndarray:
    steps = (np.arange(points) + 0.5) / points
    x = box[0] + steps * (box[2] - box[0])
    y = box[1] + steps * (box[3] - box[1])
    inside = np.zeros((points, points), bool)
    for r in regions:
        inside |= ((y >= r.top) & (y <= r.bottom))[:, None] & ((x >= r.left) & (x <= r.right))
    return inside


def _touch(region: Region, box: Box) -> bool:
    return (
        region.left < box[2]
        and box[0] < region.right
        and region.top < box[3]
        and box[1] < region.bottom
    )


def interval(hits: int, of: int) -> tuple[float, float]:
    """95 % interval of a share (Clopper & Pearson 1934)."""
    low = 0.0 if hits == 0 else float(beta.ppf(0.025, hits, of - hits + 1))
    high = 1.0 if hits == of else float(beta.ppf(0.975, hits + 1, of - hits))
    return low, high
