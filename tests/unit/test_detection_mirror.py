"""What is seen in a mirror as well counts whole, what is seen one way counts half."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from detection.mirror import both_ways, mirrored

WIDTH_PX = 800


def seen(*rows: list[float]) -> np.ndarray:
    return np.array(rows, np.float32).reshape(-1, 5)


def in_the_mirror(boxes: np.ndarray) -> np.ndarray:
    back = boxes.copy()
    back[:, [0, 2]] = WIDTH_PX - boxes[:, [2, 0]]
    return back


def test_a_thing_seen_both_ways_has_the_mean_of_both():
    boxes, labels = both_ways(
        seen([100, 50, 140, 90, 0.9]),
        seen([WIDTH_PX - 150, 50, WIDTH_PX - 110, 90, 0.3]),
        np.array(["cone", "cone"]),
        WIDTH_PX,
    )
    assert labels.tolist() == ["cone"]
    assert boxes[0].tolist() == pytest.approx([102.5, 50, 142.5, 90, 0.6])


def test_what_is_seen_one_way_counts_half():
    boxes, labels = both_ways(
        seen([100, 50, 140, 90, 0.9], [300, 50, 340, 90, 0.2]),
        in_the_mirror(seen([100, 50, 140, 90, 0.8], [500, 50, 540, 90, 0.6])),
        np.array(["cone", "drum", "drum", "cone"]),
        WIDTH_PX,
    )
    assert labels.tolist() == ["cone", "drum", "cone", "drum"], "another kind is another thing"
    assert boxes[:, 4].tolist() == pytest.approx([0.45, 0.4, 0.3, 0.1])
    assert boxes[2, :4].tolist() == [500, 50, 540, 90]


def test_nothing_either_way_is_nothing():
    boxes, labels = both_ways(seen(), seen(), np.array([], str), WIDTH_PX)
    assert boxes.shape == (0, 5)
    assert labels.size == 0


def test_a_mirrored_picture_has_left_on_the_right():
    picture = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    assert (mirrored(picture)[:, 0] == picture[:, 2]).all()
    assert (mirrored(mirrored(picture)) == picture).all()


rows = arrays.arrays(
    np.float32,
    st.tuples(st.integers(0, 12), st.just(5)),
    elements=st.floats(0, 1, width=32),
).map(
    lambda drawn: np.column_stack(
        [
            drawn[:, :2] * 600,
            drawn[:, :2] * 600 + 8 + drawn[:, 2:4] * 180,
            np.sort(0.01 + 0.98 * drawn[:, 4])[::-1],
        ]
    ).astype(np.float32)
)


@given(rows)
def test_what_is_seen_the_same_both_ways_stays_as_it_is(boxes):
    """Whatever lies over it: each box meets itself."""
    labels = np.arange(len(boxes))
    joined, kept = both_ways(boxes, in_the_mirror(boxes), np.tile(labels, 2), WIDTH_PX)

    assert kept.tolist() == np.argsort(-boxes[:, 4], kind="stable").tolist()
    assert joined == pytest.approx(boxes[kept], abs=1e-3)


@given(rows, rows, st.data())
def test_nothing_gets_surer_than_it_was_nor_gets_lost(boxes, others, data):
    labels = np.array(
        [data.draw(st.integers(0, 2)) for _ in range(len(boxes) + len(others))], np.intp
    )
    joined, kept = both_ways(boxes, in_the_mirror(others), labels, WIDTH_PX)

    assert max(len(boxes), len(others)) <= len(joined) <= len(boxes) + len(others)
    together = np.concatenate([boxes[:, 4], others[:, 4]])
    assert joined[:, 4].sum() == pytest.approx(together.sum() / 2, abs=1e-3)
    assert (np.diff(joined[:, 4]) <= 0).all()
    assert set(kept.tolist()) == set(labels.tolist())
