"""Boxes with scores as arrays: n x 5 float32, each row left, top, right, bottom, score.

Coordinates are pixels or shares of the frame, whatever the caller means; functions here work for
both.
"""

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float32]


def strongest(boxes: Boxes, overlap: float) -> NDArray[np.intp]:
    """Indices of the boxes that remain of each pile, best score first (non-maximum suppression).

    A box goes where a better one covers it with an intersection over union above `overlap`.
    """
    order = np.argsort(-boxes[:, 4], kind="stable")
    kept: list[np.intp] = []
    while order.size:
        best, rest = order[0], order[1:]
        kept.append(best)
        order = rest[intersection_over_union(boxes[best], boxes[rest]) <= overlap]
    return np.array(kept, dtype=np.intp)


def intersection_over_union(box: Boxes, others: Boxes) -> NDArray[np.float32]:
    """Of one box (5 numbers) with each of the others (n x 5): n shares 0..1."""
    sides = np.minimum(box[2:4], others[:, 2:4]) - np.maximum(box[0:2], others[:, 0:2])
    shared = sides.clip(min=0).prod(axis=1)
    area = (box[2:4] - box[0:2]).prod()
    areas = (others[:, 2:4] - others[:, 0:2]).prod(axis=1)
    union: NDArray[np.float32] = np.maximum(area + areas - shared, np.finfo(np.float32).tiny)
    result: NDArray[np.float32] = shared / union
    return result
