"""What hangs together, beside what scipy says."""

import numpy as np
import pytest
from scipy.sparse.csgraph import connected_components

from hazardmap.core.geometry.linking import parted


@pytest.mark.parametrize("size", [0, 1, 2, 7, 40])
@pytest.mark.parametrize("share", [0.0, 0.03, 0.2, 1.0])
def test_the_parts_are_those_of_scipy_in_the_same_order(size, share):
    chance = np.random.default_rng(size)
    close = chance.random((size, size)) < share
    close |= close.T
    count, label = parted(close)
    theirs, their_label = connected_components(close, directed=False) if size else (0, np.zeros(0))
    assert count == theirs
    assert label.tolist() == their_label.tolist()


def test_a_chain_is_one_part_whoever_stands_in_its_middle():
    close = np.zeros((5, 5), bool)
    for i, j in ((0, 4), (4, 1), (1, 3)):
        close[i, j] = close[j, i] = True
    count, label = parted(close)
    assert (count, label.tolist()) == (2, [0, 0, 1, 0, 0])
