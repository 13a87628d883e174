"""What two networks say together, as the engine joins it (`detection.merge`)."""

from collections.abc import Iterator, Sequence

import numpy as np

from detection.evaluate.matching import overlaps
from detection.evaluate.predictions import MOST_BOXES, Predicted
from detection.labelled import ANIMAL, CLASSES, DEER
from detection.merge import SAME_BOX_OVERLAP, Report, merged_hazards


def together(one: Sequence[Predicted], other: Sequence[Predicted]) -> list[Predicted]:
    """For each picture what both report, as if every score were enough. Both: one per picture.

    Whoever says "deer" says "animal" too: as such it is joined. The report as deer stands beside
    the animal that it is about.
    """
    return [_merged(pair) for pair in zip(one, other, strict=True)]


def _merged(pair: tuple[Predicted, Predicted]) -> Predicted:
    reports = merged_hazards([list(_reports(answer)) for answer in pair])[:MOST_BOXES]
    sides = [(each.left, each.top, each.right, each.bottom) for each in reports]
    boxes = np.array(sides, np.float64).reshape(-1, 4)
    classes = np.array([CLASSES.index(each.name) for each in reports], np.intp)
    deer, scores = _deer(pair, boxes[classes == ANIMAL])
    return Predicted(
        pair[0].size_px,
        np.concatenate([boxes, deer]),
        np.concatenate([np.array([each.score for each in reports], np.float64), scores]),
        np.concatenate([classes, np.full(len(scores), DEER)]),
    )


def _reports(answer: Predicted) -> Iterator[Report]:
    for box, score, number in zip(answer.boxes, answer.scores, answer.classes, strict=True):
        left, top, right, bottom = box.tolist()
        name = CLASSES[ANIMAL if number == DEER else number]
        yield Report(name, float(score), left, top, right, bottom)


def _deer(pair: tuple[Predicted, Predicted], animals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Boxes and scores of the reports of deer that are about one of the animals, best first."""
    boxes = np.concatenate([answer.boxes[answer.classes == DEER] for answer in pair])
    scores = np.concatenate([answer.scores[answer.classes == DEER] for answer in pair])
    about = (overlaps(boxes, animals) > SAME_BOX_OVERLAP).any(axis=1)
    order = np.argsort(-scores[about], kind="stable")
    return boxes[about][order], scores[about][order]
