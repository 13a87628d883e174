"""Which reports are right: COCO's matching, for one class over many pictures.

Reports in pictures whose source does not label the class are neither right nor wrong: such pictures
are left out for that class.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detection.evaluate.predictions import Predicted
from detection.labelled import LabelledPicture

Floats = NDArray[np.float64]
OVERLAPS: Final = tuple(np.arange(50, 100, 5) / 100)
MOST_REPORTS: Final = 100


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """The reports of one class, best score first, and the boxes that should have been found.

    pictures: indices of the pictures looked at. picture, scores: (n,) of each report; hits: (n, 10)
    whether it is right at each of OVERLAPS. truth_picture: (m,) of each true box; truth_height_px:
    its height where the picture's long side has 640 pixels; truth_score: score of the report that
    found it with an overlap of 0.5, 0 where none did.
    """

    pictures: NDArray[np.intp]
    picture: NDArray[np.intp]
    scores: Floats
    hits: NDArray[np.bool_]
    truth_picture: NDArray[np.intp]
    truth_height_px: Floats
    truth_score: Floats

    def within(self, chosen: NDArray[np.bool_]) -> "Matched":
        """Only the pictures for which `chosen` (one value per picture of all) is true."""
        rows, truths = chosen[self.picture], chosen[self.truth_picture]
        return Matched(
            self.pictures[chosen[self.pictures]],
            self.picture[rows],
            self.scores[rows],
            self.hits[rows],
            self.truth_picture[truths],
            self.truth_height_px[truths],
            self.truth_score[truths],
        )


def match(
    number: int, pictures: Sequence[LabelledPicture], predicted: Sequence[Predicted]
) -> Matched:
    """Match one class in all pictures that label it exhaustively.

    In the order of their scores each report takes the free box that it covers best, if the overlap
    suffices (T.-Y. Lin et al., "Microsoft COCO", 2014, and its evaluation code); 100 per picture.
    """
    looked = [i for i, picture in enumerate(pictures) if number in picture.exhaustive]
    where, scores, hits = [], [], []
    truth_where, heights, truth_scores = [], [], []
    for i in looked:
        answer = predicted[i]
        chosen = np.flatnonzero(answer.classes == number)[:MOST_REPORTS]
        truths = corners(pictures[i].boxes[pictures[i].classes == number])
        taken = assign(overlaps(answer.boxes[chosen], truths))
        scale = 640 * answer.size_px[1] / max(answer.size_px)
        found = np.zeros(len(truths))
        found[taken[taken[:, 0] >= 0, 0]] = answer.scores[chosen][taken[:, 0] >= 0]
        where.append(np.full(len(chosen), i))
        scores.append(answer.scores[chosen])
        hits.append(taken >= 0)
        truth_where.append(np.full(len(truths), i))
        heights.append((truths[:, 3] - truths[:, 1]) * scale)
        truth_scores.append(found)
    flat = np.concatenate([np.zeros(0), *scores])
    order = np.argsort(-flat, kind="stable")
    return Matched(
        np.array(looked, np.intp),
        np.concatenate([np.zeros(0, np.intp), *where])[order],
        flat[order],
        np.concatenate([np.zeros((0, len(OVERLAPS)), bool), *hits])[order],
        np.concatenate([np.zeros(0, np.intp), *truth_where]),
        np.concatenate([np.zeros(0), *heights]),
        np.concatenate([np.zeros(0), *truth_scores]),
    )


def corners(boxes: Floats) -> Floats:
    """(n, 4) centre, width and height -> left, top, right, bottom."""
    return np.concatenate([boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2], 1)


def overlaps(a: Floats, b: Floats) -> Floats:
    """Intersection over union of each box of a (n, 4) with each of b (m, 4): (n, m), 0..1."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = (high - low).clip(min=0).prod(axis=2)
    areas = [(boxes[:, 2:] - boxes[:, :2]).prod(axis=1) for boxes in (a, b)]
    union = areas[0][:, None] + areas[1][None] - shared
    result: Floats = shared / np.maximum(union, np.finfo(np.float64).tiny)
    return result


def assign(overlap: Floats, least: Sequence[float] = OVERLAPS) -> NDArray[np.intp]:
    """The box that each report (best score first) takes at each least overlap, -1 for none.

    overlap: (reports, boxes). Result: (reports, len(least)).
    """
    taken = np.full((len(overlap), len(least)), -1, np.intp)
    if overlap.size == 0:
        return taken
    for column, enough in enumerate(least):
        free = np.ones(overlap.shape[1], bool)
        for row in np.flatnonzero(overlap.max(axis=1) >= enough):
            best = int(np.argmax(np.where(free, overlap[row], -1.0)))
            if free[best] and overlap[row, best] >= enough:
                taken[row, column] = best
                free[best] = False
    return taken
