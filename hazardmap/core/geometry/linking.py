"""Which of a few things hang together, where it is known which pairs of them are close.

Before scipy has made a sparse graph of ten things, this is done two dozen times.
"""

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray


def parted(close: NDArray[np.bool_]) -> tuple[int, NDArray[np.int64]]:
    """How many parts there are, and (n,) which one each thing is in; numbered by their first.

    close: (n, n), symmetric.
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
