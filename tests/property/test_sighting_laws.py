"""Laws of lines of sight: where they place a thing, how sure that is, and what a camera undoes."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hazardmap.core.seeing.information import Information
from hazardmap.core.seeing.lines import Line, Lines, innovations, turned_right
from hazardmap.core.seeing.sightings import sighting
from hazardmap.core.seeing.visibility import log_count
from tests.scenes import Fleet, ahead

FEW = settings(max_examples=30, deadline=None)
spots = st.tuples(st.floats(-50, 50), st.floats(-50, 50))
bearings_rad = st.floats(-math.pi, math.pi)
variances = st.floats(1e-6, 1e-3)


def line(camera_m, bearing_rad, range_m, bearing_var=1e-4, nearness_var=1e-6) -> Line:
    return Line(camera_m, bearing_rad, 1.0 / range_m, bearing_var, nearness_var)


def end_of(one: Line) -> tuple[float, float]:
    east, north = math.sin(one.bearing_rad), math.cos(one.bearing_rad)
    return one.camera_m[0] + east / one.nearness, one.camera_m[1] + north / one.nearness


@FEW
@given(spots, bearings_rad, st.floats(5, 60), st.tuples(variances, variances), spots)
def test_a_line_says_how_far_off_a_supposed_place_is_and_how_surely(
    camera_m, bearing_rad, range_m, variance, aside
):
    bearing_var, relative_var = variance
    one = line(camera_m, bearing_rad, range_m, bearing_var, relative_var / range_m**2)
    true = np.array(end_of(one))
    # A hundredth of the range would turn an ellipse 30 times as long as wide too far.
    supposed = true + np.array(aside) * 5e-5 * range_m
    off_m, cov = innovations(Lines(*(np.array([v]) for v in (*one, 0.0, 0.0))), supposed[None])
    assert off_m[0, 0] == pytest.approx(true - supposed, abs=2e-4 * range_m)
    sight = np.array([math.sin(bearing_rad), math.cos(bearing_rad)])
    aside_m = np.array([sight[1], -sight[0]])
    assert sight @ cov[0, 0] @ sight == pytest.approx(relative_var * range_m**2, rel=0.1)
    assert aside_m @ cov[0, 0] @ aside_m == pytest.approx(bearing_var * range_m**2, rel=0.1)
    known = Information(tuple(supposed.tolist()))
    known.add(one, 0.0)
    assert known.mean_m == pytest.approx((supposed + off_m[0, 0]).tolist(), abs=1e-6)
    (ee, en), (_, nn) = cov[0, 0]
    assert known.cov_m2 == pytest.approx((ee, en, nn), rel=1e-6, abs=1e-9)


@FEW
@given(spots, bearings_rad, st.floats(5, 60), st.integers(2, 9), st.floats(0, 4))
def test_frames_that_say_the_same_make_a_place_little_surer(
    camera_m, bearing_rad, range_m, count, jitter_m2
):
    one = line(camera_m, bearing_rad, range_m)
    alone, often = Information(end_of(one)), Information(end_of(one))
    alone.add(one, jitter_m2)
    for _ in range(count):
        often.add(one, jitter_m2)
    assert often.mean_m == pytest.approx(end_of(one), abs=1e-6)
    share = (1.0 + (count - 1) * 0.7) / count
    assert often.cov_m2 == pytest.approx([share * m2 for m2 in alone.cov_m2], rel=1e-6, abs=1e-9)


@FEW
@given(st.floats(-4, 4), st.floats(-8, 8), st.floats(-8, 8))
def test_an_error_of_direction_that_a_whole_drive_shares_is_found(turn_deg, left_m, right_m):
    camera_m = np.array([(0.0, 5.0 * (i // 2)) for i in range(20)])
    label = np.arange(20) % 2
    sight = np.array([(left_m, 60.0), (right_m, 75.0)])[label] - camera_m
    range_m, true_rad = np.hypot(*sight.T), np.arctan2(*sight.T)
    bearing_rad, noise = true_rad + math.radians(turn_deg), np.full(20, 1e-5)
    wide, deep, fine = np.full(20, 5e-3), (0.1 / range_m) ** 2, (0.03 / range_m) ** 2
    seen = Lines(camera_m, bearing_rad, 1.0 / range_m, wide, deep, noise, fine)
    ends = camera_m + (np.array([np.sin(bearing_rad), np.cos(bearing_rad)]) * range_m).T
    found = turned_right(seen, label, ends[-2:], math.radians(4.0))
    assert found is not None
    assert np.abs(found.bearing_rad - true_rad).max() < math.radians(0.1 + 0.1 * abs(turn_deg))
    assert (found.bearing_var < wide).all()
    assert found.nearness is seen.nearness
    few = Lines(*(column[:3] for column in seen))
    assert turned_right(few, label[:3], ends[-2:], math.radians(4.0)) is None


@FEW
@given(bearings_rad, st.floats(2, 60), st.floats(0.01, 0.6), st.floats(0.2, 3))
def test_a_sighting_is_what_the_camera_measured(bearing_rad, range_m, spread, across_m):
    """Placing it made relative errors x of 1/range into x·√(1 + 8·x²) of the range."""
    fleet = Fleet()
    (seen, *_) = fleet.drive(1, there=[ahead(20.0)], frames=1)
    sight = np.array([math.sin(bearing_rad), math.cos(bearing_rad)])
    aside = np.array([sight[1], -sight[0]])
    along_m = range_m * spread * math.sqrt(1.0 + 8.0 * spread**2)
    cov = along_m**2 * np.outer(sight, sight) + across_m**2 * np.outer(aside, aside)
    camera_m = np.array([3.0, -4.0])
    found = sighting(seen, fleet.views[0], camera_m + range_m * sight, cov, camera_m)
    assert found.nearness == pytest.approx(1.0 / range_m)
    assert math.remainder(found.bearing_rad - bearing_rad, 2 * math.pi) == pytest.approx(
        0, abs=1e-9
    )
    assert found.bearing_var == pytest.approx((across_m / range_m) ** 2)
    floor_m = max(along_m, 0.1) / along_m
    assert found.nearness_var == pytest.approx((spread / range_m) ** 2, rel=floor_m**2 - 1 + 1e-6)


@FEW
@given(st.integers(1, 12), st.floats(0.01, 0.98), st.floats(0, 1))
def test_some_number_of_frames_reports_it_on_average_as_many_as_recall_says(
    frames, recall, correlation
):
    chances = [math.exp(log_count(n, frames, recall, correlation)) for n in range(frames + 1)]
    assert sum(chances) == pytest.approx(1.0)
    assert sum(n * p for n, p in enumerate(chances)) == pytest.approx(frames * recall)
    if frames == 2:
        both = recall**2 + min(max(correlation, 0.01), 0.99) * recall * (1.0 - recall)
        assert chances[2] == pytest.approx(both), "they fail together as far as they correlate"
    more = log_count(frames + 1, frames, recall, correlation)
    assert more == pytest.approx(log_count(frames + 1, frames + 1, recall, correlation))
