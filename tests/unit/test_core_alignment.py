"""One position error for all that a pass reports."""

import numpy as np
import pytest

from hazardmap.core.fusion.alignment import match_pass
from hazardmap.core.seeing.association import assign, distances

ROW = [("cone", np.array([3.0, 15.0 * i]), 2.0 * np.eye(2)) for i in range(6)]


def shifted(row, east_m, north_m):
    return [(kind, mean + np.array([east_m, north_m]), cov) for kind, mean, cov in row]


@pytest.mark.parametrize("shift", [(0.0, 0.0), (4.0, -6.0), (-2.0, 11.0), (12.0, 9.0)])
def test_a_row_is_matched_as_a_row(shift):
    seen = shifted(ROW, *shift)[::-1]
    assert sorted(match_pass(ROW, seen, 36.0).pairs) == [(i, 5 - i) for i in range(6)]


def test_one_by_one_the_row_would_slip():
    seen = shifted(ROW, 0.0, 11.0)
    assert (0, 0) not in assign(distances(ROW, seen, 36.0))


def test_other_families_and_far_places_never_match():
    seen = [("worker", mean, cov) for _, mean, cov in ROW]
    assert match_pass(ROW, seen, 36.0).pairs == []
    assert match_pass(ROW, shifted(ROW, 300.0, 0.0), 1e6).pairs == []


def test_nothing_matches_nothing():
    assert match_pass([], ROW, 36.0).pairs == []
    assert match_pass(ROW, [], 36.0).pairs == []


def test_what_is_doubtful_yields_to_what_is_sure():
    known = [place(0.0), place(-18.0, vague_m2=80.0)]  # a cone, and what was hardly ever seen
    new = [place(1.0), place(20.0, vague_m2=80.0)]  # the cone again, and a glimpse of anything
    sure, unsure = np.array([0.9, 0.05]), np.array([0.9, 0.1])
    assert sorted(match_pass(known, new, 16.0).pairs) == [(0, 1), (1, 0)]
    assert (0, 0) in match_pass(known, new, 16.0, real=(sure, unsure)).pairs


def test_what_is_doubtful_is_still_matched_alone():
    real = np.array([0.001]), np.array([0.001])
    assert match_pass([place(0.0)], [place(9.0)], 16.0, real=real).pairs == [(0, 0)]


def place(east_m, vague_m2=4.0):
    return "cone", np.array([east_m, 0.0]), vague_m2 * np.eye(2)
