"""Average precision by COCO's matching and ultralytics' area, with intervals by scene."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detection.evaluate.intervals import Interval, by_scene
from detection.evaluate.matching import Floats, Matched


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Precision at each recall and the score that gives it, best score first."""

    recall: Floats
    precision: Floats
    scores: Floats


def average_precision(matched: Matched, column: int = 0) -> float:
    """AP at OVERLAPS[column] (0: 0.5), 0..1; NaN where there is nothing to find."""
    return _weighted(matched, column, np.ones(len(matched.scores)), len(matched.truth_score))


def mean_average_precision(matched: Matched) -> float:
    """Mean of the AP at overlaps 0.50, 0.55 … 0.95."""
    return float(np.mean([average_precision(matched, i) for i in range(matched.hits.shape[1])]))


def average_precision_interval(matched: Matched, scene: NDArray[np.intp]) -> Interval:
    """AP50 with its interval. scene: number of the scene of every picture of all."""
    names, local = np.unique(scene[matched.pictures], return_inverse=True)
    number = np.zeros(int(scene.max(initial=0)) + 1, np.intp)
    number[names] = np.arange(len(names))
    rows, truths = number[scene[matched.picture]], number[scene[matched.truth_picture]]

    def figure(weight: Floats) -> float:
        return _weighted(matched, 0, weight[rows], float(weight[truths].sum()))

    return by_scene(figure, len(names) if len(local) else 0, telling=len(np.unique(truths)))


def curve(matched: Matched) -> Curve:
    """Precision over recall at overlap 0.5."""
    right = np.cumsum(matched.hits[:, 0])
    return Curve(
        right / max(len(matched.truth_score), 1),
        right / np.arange(1, len(right) + 1),
        matched.scores,
    )


def _weighted(matched: Matched, column: int, weight: Floats, truths: float) -> float:
    if truths == 0:
        return float("nan")
    if len(matched.scores) == 0:
        return 0.0
    hits = matched.hits[:, column]
    right = np.cumsum(weight * hits)
    wrong = np.cumsum(weight * ~hits)
    precision = right / np.maximum(right + wrong, np.finfo(np.float64).tiny)
    return _area(right / truths, precision)


def _area(recall: Floats, precision: Floats) -> float:
    """Under the envelope of the curve, by 101 points and trapezia, as `ultralytics` has it.

    Own code, because importing ultralytics takes seconds; a test compares the two.
    """
    recall = np.concatenate([[0.0], recall, [recall[-1], 1.0]])
    precision = np.concatenate([[1.0], precision, [0.0, 0.0]])
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    points = np.linspace(0, 1, 101)
    return float(np.trapezoid(np.interp(points, recall, envelope), points))
