"""Cells find everything that is within reach, anywhere on the earth."""

import random

import h3.api.basic_int as h3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hazardmap.core.geometry.bbox import holds, wrapped
from hazardmap.core.geometry.box_cells import is_in, spans_over
from hazardmap.core.geometry.clusters import LINK_M, VIEW_REACH_M
from hazardmap.core.geometry.coverings import (
    LOOKED_RES,
    SEEN_RES,
    SEVEN_SHIFT,
    grounds,
    linked,
    looked_cell,
    looked_from,
    middle,
    seen_cell,
    seen_from,
    seen_from_where,
)
from hazardmap.core.geometry.geodesy import between, moved
from hazardmap.core.geometry.grid import cell, parent

PENTAGON = middle(h3.get_pentagons(SEEN_RES)[3])
PLACES = [(24.94, 60.17), (180.0, -17.0), (12.0, 89.9999), (-70.0, -89.999), PENTAGON]


@pytest.mark.parametrize("place", PLACES)
def test_what_is_in_reach_is_in_the_covering_and_in_the_ground(place: tuple[float, float]) -> None:
    dice = random.Random(4)
    for _ in range(60):
        one = moved(*place, dice.uniform(0, 360), dice.uniform(0, 300))[:2]
        near = moved(*one, dice.uniform(0, 360), LINK_M * 0.999)[:2]
        view = moved(*one, dice.uniform(0, 360), VIEW_REACH_M * 0.999)[:2]
        cells = {seen_cell(*one), seen_cell(*near)}
        assert cells <= linked({seen_cell(*one)})
        assert len(grounds(cells)) == 1
        assert looked_cell(*view) in looked_from({seen_cell(*one)})
        assert seen_cell(*one) in seen_from({looked_cell(*view)})
        assert seen_from_where([view], grounds({seen_cell(*one)})) == [[0]]
        assert between(*one, *middle(seen_cell(*one)))[1] < 13.0


def test_a_ground_does_not_depend_on_the_order_and_ends_where_nothing_links() -> None:
    steps = [moved(24.94, 60.17, 90.0, metres)[:2] for metres in (0, 55, 110, 165, 420, 470)]
    cells = [seen_cell(*place) for place in steps]
    parts = grounds(cells)
    assert sorted(map(len, parts)) == [2, 4]
    assert set(map(frozenset, grounds(reversed(cells)))) == set(parts)


@settings(max_examples=25, deadline=None)
@given(
    st.tuples(st.floats(-180, 180), st.floats(-89, 89)),
    st.sampled_from([0.001, 0.1, 3.0, 90.0]),
    st.floats(0.01, 0.99),
    st.floats(0, 360),
)
def test_a_cell_with_its_middle_in_a_box_is_in_its_spans_and_none_far_away(
    place, size_deg, share, bearing_deg
):
    lon, lat = middle(looked_cell(*place))
    west, east = wrapped(lon - share * size_deg), wrapped(lon + (1.0 - share) * size_deg)
    box = (west, max(lat - share * size_deg, -90.0), east, min(lat + size_deg, 90.0))
    spans = spans_over(box)
    assert sum(first <= looked_cell(*place) <= last for first, last in spans) == 1
    assert is_in(looked_cell(*place), box)
    assert spans == sorted(spans)
    assert len(spans) <= 64
    far = looked_cell(*moved(*place, bearing_deg, 4e5 + 3e5 * size_deg)[:2])
    if size_deg < 1.0:
        assert not any(first <= far <= last for first, last in spans)
    assert is_in(far, box) == holds(box, *middle(far))
    assert is_in(far, box) <= any(first <= far <= last for first, last in spans)


@pytest.mark.parametrize("place", PLACES)
def test_seven_cells_that_lie_in_one_are_told_by_their_first_bits(place):
    around = [cell(*moved(*place, 60.0 * i, 120.0)[:2], LOOKED_RES) for i in range(6)]
    one = looked_cell(*place)
    for other in around:
        same = parent(one, LOOKED_RES - 1) == parent(other, LOOKED_RES - 1)
        assert (one >> SEVEN_SHIFT == other >> SEVEN_SHIFT) == same
