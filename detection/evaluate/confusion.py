"""What is taken for what at the working threshold."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from detection.evaluate.matching import assign, corners, overlaps
from detection.evaluate.predictions import Predicted
from detection.evaluate.working import Working
from detection.labelled import CLASSES, DEER, LabelledPicture


def confusion(
    working: Working, pictures: Sequence[LabelledPicture], predicted: Sequence[Predicted]
) -> NDArray[np.intp]:
    """(kinds + 1, kinds + 1) counts: rows what is there, columns what is reported, last "nothing".

    Kinds are CLASSES without deer, which are animals as well. A box belongs to the report that
    covers it best by at least a half, whatever its kind; a report that covers none is wrong only
    where the source labels its kind.
    """
    size = DEER + 1
    table = np.zeros((size, size), np.intp)
    for picture, answer, thresholds in zip(pictures, predicted, working.by_picture, strict=True):
        there = picture.classes != DEER
        truths, boxes = picture.classes[there], corners(picture.boxes[there])
        sure = (answer.scores >= thresholds[answer.classes]) & (answer.classes != DEER)
        reported = answer.classes[sure]
        overlap = overlaps(answer.boxes[sure], boxes)
        # A report of the right kind has the first claim on a box.
        claims = overlap + 1.0 * ((reported[:, None] == truths) & (overlap >= 0.5))
        order = np.argsort(-claims.max(axis=1, initial=0.0), kind="stable")
        taken = assign(claims[order], (0.5,))[:, 0]
        for kind, box in zip(reported[order], taken, strict=True):
            if box >= 0:
                table[truths[box], kind] += 1
            elif int(kind) in picture.exhaustive:
                table[-1, kind] += 1
        missed = np.setdiff1d(np.arange(len(truths)), taken)
        np.add.at(table[:, -1], truths[missed], 1)
    return table


def names() -> tuple[str, ...]:
    """What the rows and columns stand for."""
    return (*CLASSES[:DEER], "nothing")
