"""Which moments of a drive are chosen, and where the camera was at them."""

from datetime import timedelta
from itertools import pairwise

import pytest

from hazardmap.footage.moments import moments
from hazardmap.footage.track import Fix, motion_at
from tests.footage_scene import M_PER_DEG, START, fixes


def test_no_picture_while_the_car_stands_nor_closer_than_six_metres():
    track = [*fixes(8, 10)]
    standing = [
        Fix(START + timedelta(seconds=10 + s), 24.94, track[-1].lat + s * 0.9 / M_PER_DEG)
        for s in range(1, 60)
    ]
    chosen = moments([*track, *standing], began_at=START, length_s=69, every=timedelta(seconds=1))
    assert [one.at_s for one in chosen.moments] == pytest.approx(range(11))
    slow = moments(fixes(2, 20), began_at=START, length_s=20, every=timedelta(seconds=1))
    assert [one.at_s for one in slow.moments] == pytest.approx([0, 3, 6, 9, 12, 15, 18], abs=0.11)


def test_how_much_of_a_video_has_no_place_or_a_bad_one_is_known():
    near = fixes(10, 10)
    far = [one._replace(at=one.at + timedelta(seconds=50), lat=one.lat + 0.01) for one in near]
    every = timedelta(seconds=1)
    gap = moments([*near, *far], began_at=START, length_s=60, every=every)
    assert gap.unplaced_s == pytest.approx(40, abs=1.1)
    assert gap.imprecise_s == 0
    assert len(gap.moments) == 21
    bad = [one._replace(accuracy_m=60.0) for one in near]
    imprecise = moments(bad, began_at=START, length_s=10, every=every)
    assert (len(imprecise.moments), imprecise.unplaced_s) == (0, 0)
    assert imprecise.imprecise_s == pytest.approx(10, abs=0.2)


@pytest.mark.parametrize("every_s", [0.5, 2])
def test_the_sender_says_how_often(every_s):
    chosen = moments(fixes(30, 10), began_at=START, length_s=10, every=timedelta(seconds=every_s))
    assert len(chosen.moments) == pytest.approx(10 / every_s, abs=1)


def test_no_more_pictures_than_the_site_takes_however_often_is_asked_for():
    chosen = moments(fixes(100, 60), began_at=START, length_s=60, every=timedelta(0))
    assert 150 < len(chosen.moments) <= 300
    assert min(b.at_s - a.at_s for a, b in pairwise(chosen.moments)) > 0.2


def test_a_course_is_told_only_of_what_moves():
    track = [Fix(START + timedelta(seconds=s), 24.94 + s * 1e-4, 60.17) for s in range(5)]
    moving = motion_at(track, START + timedelta(seconds=2))
    assert moving.heading_deg == pytest.approx(90, abs=0.1)
    assert moving.speed_mps == pytest.approx(5.56, rel=0.01)
    still = [one._replace(lon=24.94) for one in track]
    assert motion_at(still, START + timedelta(seconds=2)).heading_deg is None
    assert motion_at(track, START + timedelta(seconds=9)) is None
