"""How far apart a few things are, and which of them hang together by what pairs are close."""

from collections import defaultdict
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hazardmap.core.geometry.geodesy import Floats

ROW_M: Final = 15.0
"""Things of a family that are closer than this belong to one row."""


def pairwise_m(places_m: Floats) -> Floats:
    """Distances between all pairs of places in the plane, (n, n). places_m: (n, 2)."""
    off_m = places_m[:, None] - places_m[None]
    apart: Floats = np.hypot(off_m[..., 0], off_m[..., 1])
    return apart


def in_row(apart_m: Floats) -> NDArray[np.bool_]:
    """Which things have two others this near, (n,). apart_m: (n, n), of one family, else inf."""
    found: NDArray[np.bool_] = (apart_m <= ROW_M).sum(axis=1) > 2  # itself, and two others
    return found


def parted(close: NDArray[np.bool_]) -> tuple[int, NDArray[np.int64]]:
    """How many parts there are, and (n,) which one each thing is in; numbered by their first.

    close: (n, n), symmetric. Before scipy has made a sparse graph of ten things, this is done two
    dozen times.
    """
    beside: dict[int, list[int]] = defaultdict(list)
    for i, j in np.argwhere(close).tolist():
        beside[i].append(j)
    label = [-1] * len(close)
    count = 0
    for first in range(len(close)):
        edge = [first] if label[first] < 0 else []
        count += len(edge)
        while edge:
            one = edge.pop()
            if label[one] < 0:
                label[one] = count - 1
                edge += beside[one]
    return count, np.array(label, np.int64)
