"""Connected places."""

import time

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hazardmap.core.geometry.clusters import LINK_M, components, in_reach
from hazardmap.core.geometry.geodesy import between, moved

steps = st.lists(st.tuples(st.floats(0, 360), st.floats(0, 150)), max_size=25)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([(24.9, 60.2), (180.0, 0.0), (10.0, 89.9999), (-70.0, -33.0)]), steps)
def test_components_are_those_of_all_pairs(start, walk):
    points = [start]
    for bearing_deg, distance_m in walk:
        lon, lat = points[-1]
        points.append(moved(lon, lat, bearing_deg, distance_m)[:2])
    found = components(points)
    label = {i: n for n, group in enumerate(found) for i in group}
    assert sorted(label) == list(range(len(points)))
    assert [group[0] for group in found] == sorted(group[0] for group in found)
    assert all(group == sorted(group) for group in found)
    reached = {i: i for i in range(len(points))}  # the plain way: join all pairs in reach
    for i, a in enumerate(points):
        for j, b in enumerate(points[:i]):
            distance_m = between(*a, *b)[1]
            assume(abs(distance_m - LINK_M) > 1e-6)  # on the edge either answer is right
            if distance_m < LINK_M:
                old, new = reached[i], reached[j]
                reached = {k: new if v == old else v for k, v in reached.items()}
    plain = {tuple(i for i, r in reached.items() if r == root) for root in reached.values()}
    assert {tuple(group) for group in found} == plain


def test_nothing_has_no_components():
    assert components([]) == []
    assert in_reach([], [[(0.0, 0.0)]]) == [[]]


def test_reach_is_to_any_place_of_a_group():
    group = [moved(24.9, 60.2, 90.0, 50.0 * i)[:2] for i in range(10)]
    cameras = [moved(*place, 0.0, d)[:2] for place in (group[0], group[-1]) for d in (149.0, 151.0)]
    assert in_reach(cameras, [group, [(0.0, 0.0)]]) == [[0, 2], []]


def test_many_sightings_of_one_thing_are_cheap():
    random = np.random.default_rng(1)
    points = [tuple(p) for p in np.array([24.9, 60.2]) + random.normal(0, 1e-4, (30_000, 2))]
    began = time.process_time()
    assert len(components(points)) == 1
    assert time.process_time() - began < 2.0


@pytest.mark.parametrize("gap_m", [59.9, 60.1])
def test_the_link_is_sixty_metres(gap_m):
    points = [(24.9, 60.2), moved(24.9, 60.2, 30.0, gap_m)[:2]]
    assert len(components(points)) == (1 if gap_m < LINK_M else 2)
