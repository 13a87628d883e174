"""The mirrored picture: a network looks at it as well, and what it says both ways is averaged.

A road in a mirror is a road. What is there is seen either way, what a network makes of a shadow
often one way only: its score is halved. Boxes of the same thing are averaged by their scores
(R. Solovyev et al., "Weighted boxes fusion", 2021).
"""

from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from detection.boxes import Boxes, intersection_over_union

SAME_THING_OVERLAP: Final = 0.55
# From this score on what is seen one way makes the other surer: less would add next to nothing.
LEAST_SCORE: Final = 0.01
HALF: Final = np.array([1, 1, 1, 1, 0.5], np.float32)  # of the score; the box stays


def mirrored(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture (height x width x 3), left for right."""
    return np.asarray(cv2.flip(picture, 1), np.uint8)


def both_ways(
    boxes: Boxes, mirror: Boxes, labels: NDArray[Any], width_px: int
) -> tuple[Boxes, NDArray[Any]]:
    """What is seen either way, best score first, with its labels.

    boxes: in the picture, best first; mirror: in the mirrored one; labels: of all of them in this
    order. Only boxes with the same label are one thing.
    """
    back = mirror.copy()
    back[:, [0, 2]] = width_px - mirror[:, [2, 0]]
    of_back = labels[len(boxes) :]
    free = np.ones(len(back), bool)
    joined = []
    for box, label in zip(boxes, labels[: len(boxes)], strict=True):
        others = np.flatnonzero(free & (of_back == label))
        overlaps = intersection_over_union(box, back[others])
        if len(others) and overlaps.max() >= SAME_THING_OVERLAP:
            other = others[overlaps.argmax()]
            free[other] = False
            joined.append(_average(box, back[other]))
        else:
            joined.append(box * HALF)
    rows = np.concatenate([np.array(joined, np.float32).reshape(-1, 5), back[free] * HALF])
    order = np.argsort(-rows[:, 4], kind="stable")
    return rows[order], np.concatenate([labels[: len(boxes)], of_back[free]])[order]


def _average(one: Boxes, other: Boxes) -> Boxes:
    weight = one[4] / max(one[4] + other[4], np.float32(1e-9))
    mean: Boxes = weight * one + (1 - weight) * other
    mean[4] = (one[4] + other[4]) / 2
    return mean
