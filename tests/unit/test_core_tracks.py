"""Direction of travel from positions."""

import math
from datetime import timedelta

import pytest

from hazardmap.core.geometry.geodesy import moved
from hazardmap.core.seeing.tracks import TrackPoint, headings
from tests.scenes import HELSINKI, NOON


def track(bearings, *, start=HELSINKI, step_m=10.0, step_s=1.0, accuracy_m=4.0, **said):
    points, (lon, lat) = [], start
    for i, bearing in enumerate([None, *bearings]):
        if bearing is not None:
            lon, lat, _ = moved(lon, lat, bearing, step_m)
        at = NOON + timedelta(seconds=i * step_s)
        points.append(TrackPoint(at, lon, lat, accuracy_m, **said))
    return points


def off(found, truth_deg):
    return abs(math.remainder(found.heading_deg - truth_deg, 360.0))


@pytest.mark.parametrize("start", [HELSINKI, (179.9999, 10.0), (-180.0, -45.0), (3.0, 89.9)])
@pytest.mark.parametrize("bearing", [0.0, 90.0, 225.0, 359.0])
def test_a_straight_drive(start, bearing):
    found = headings(track([bearing] * 8, start=start, accuracy_m=2.0))
    assert all(one is not None for one in found)
    if start[1] < 80.0:  # near the pole, straight on does not keep its bearing
        assert max(off(one, bearing) for one in found) < 0.1


def test_a_bend_is_followed_within_its_sigma():
    bearings = [10.0 * i for i in range(12)]
    found = headings(track(bearings, accuracy_m=2.0))
    for i, one in enumerate(found[1:-1]):
        assert one is not None
        assert off(one, (bearings[i] + bearings[i + 1]) / 2) < 2.0 * one.sigma_deg


def test_who_does_not_move_has_no_heading():
    assert headings(track([90.0] * 6, step_m=0.2)) == [None] * 7
    assert headings(track([90.0] * 6, step_m=1.0, accuracy_m=100.0)) == [None] * 7


def test_single_and_no_points():
    assert headings([]) == []
    assert headings(track([])) == [None]
    (only,) = headings(track([], heading_deg=77.0))
    assert only is not None
    assert only.heading_deg == 77.0


def test_repeated_times():
    points = track([90.0] * 6)
    doubled = [point for point in points for _ in range(2)]
    found = headings(doubled)
    assert len(found) == len(doubled)
    assert all(one is not None and off(one, 90.0) < 0.1 for one in found)


def test_nothing_is_derived_across_a_clock_that_jumps_back():
    east = track([90.0] * 6)
    north = [
        TrackPoint(p.captured_at - timedelta(seconds=3), p.lon, p.lat, p.accuracy_m)
        for p in track([0.0] * 6, start=(east[-1].lon, east[-1].lat))
    ]
    found = headings(east + north)
    assert all(off(one, 90.0) < 0.1 for one in found[: len(east)])
    assert all(off(one, 0.0) < 0.1 for one in found[len(east) :])


def test_nothing_is_derived_across_a_teleport():
    lon, lat, _ = moved(*HELSINKI, 45.0, 5000.0)
    points = [*track([90.0])[:1], TrackPoint(NOON + timedelta(seconds=1), lon, lat, 4.0)]
    assert headings(points) == [None, None]


def test_the_devices_word_counts_while_it_moves_and_agrees():
    agreeing = headings(track([90.0] * 6, heading_deg=95.0, speed_mps=10.0))
    assert {one and one.heading_deg for one in agreeing} == {95.0}
    wrong = headings(track([90.0] * 6, heading_deg=270.0, speed_mps=10.0))
    assert max(off(one, 90.0) for one in wrong) < 0.1
    standing = headings(track([90.0] * 3, step_m=0.0, heading_deg=270.0, speed_mps=0.0))
    assert standing == [None] * 4


@pytest.mark.parametrize("nonsense", [math.nan, -5.0, 400.0, math.inf])
def test_a_nonsense_heading_is_ignored(nonsense):
    found = headings(track([90.0] * 6, heading_deg=nonsense, speed_mps=10.0))
    assert max(off(one, 90.0) for one in found) < 0.1


@pytest.mark.parametrize("nonsense", [math.nan, math.inf])
def test_a_nonsense_accuracy_gives_nothing(nonsense):
    assert headings(track([90.0] * 3, accuracy_m=nonsense)) == [None] * 4


def test_positions_more_than_half_a_minute_away_say_nothing():
    assert headings(track([90.0] * 6, step_m=4.0, step_s=20.0)) == [None] * 7
    first, *found, last = headings(track([90.0] * 6, step_m=10.0, step_s=20.0))
    assert (first, last) == (None, None), "one neighbour alone is too near"
    assert all(one is not None and off(one, 90.0) < 0.1 for one in found)


@pytest.mark.parametrize("north", [0.0, 360.0])
def test_north_is_a_heading_and_surer_where_the_track_agrees(north):
    (lone,) = headings(track([], heading_deg=north))
    agreeing = headings(track([20.0] * 6, heading_deg=north, speed_mps=0.8))
    assert lone is not None
    assert all(one is not None and one.heading_deg == 0.0 for one in (lone, *agreeing))
    assert all(one.sigma_deg < lone.sigma_deg <= 10.0 for one in agreeing)
