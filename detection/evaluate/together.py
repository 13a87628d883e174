"""What two networks say together, as the engine joins it (`detection.merge`)."""

from collections.abc import Iterator, Sequence

import numpy as np

from detection.evaluate.predictions import MOST_BOXES, Predicted
from detection.labelled import CLASSES
from detection.merge import Report, merged_hazards


def together(one: Sequence[Predicted], other: Sequence[Predicted]) -> list[Predicted]:
    """For each picture what both report, as if every score were enough. Both: one per picture."""
    return [_merged(pair) for pair in zip(one, other, strict=True)]


def _merged(pair: tuple[Predicted, Predicted]) -> Predicted:
    reports = merged_hazards([list(_reports(answer)) for answer in pair])[:MOST_BOXES]
    sides = [(each.left, each.top, each.right, each.bottom) for each in reports]
    return Predicted(
        pair[0].size_px,
        np.array(sides, np.float64).reshape(-1, 4),
        np.array([each.score for each in reports], np.float64),
        np.array([CLASSES.index(each.name) for each in reports], np.intp),
    )


def _reports(answer: Predicted) -> Iterator[Report]:
    for box, score, number in zip(answer.boxes, answer.scores, answer.classes, strict=True):
        left, top, right, bottom = box.tolist()
        yield Report(CLASSES[number], float(score), left, top, right, bottom)
