"""Cells find everything that is within reach, anywhere on the earth."""

import random

import h3.api.basic_int as h3
import pytest

from hazardmap.core.geometry.clusters import LINK_M, VIEW_REACH_M
from hazardmap.core.geometry.coverings import (
    SEEN_RES,
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
