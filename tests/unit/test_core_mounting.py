"""A camera that is mounted otherwise than it says is found out by what it sees."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hazardmap.core.fusion.fuse import on_plane
from hazardmap.core.geometry.geodesy import Plane
from hazardmap.core.seeing.association import things
from hazardmap.core.seeing.camera import Camera
from hazardmap.core.seeing.mounting import Mounting, learned
from tests.scenes import HELSINKI, NOON, Fleet, ahead

BASE = Camera()
TRUE = replace(BASE, pitch_deg=2.5, height_m=1.55)


TWO = (ahead(45.0, "cone"), ahead(50.0, "barrier", right_m=-4.0))


def drives(count, camera=TRUE, there=TWO):
    """What so many drives past a cone and a barrier tell, placed as if the camera were BASE."""
    fleet, total = Fleet(), Mounting()
    plane = Plane(*HELSINKI)
    for i in range(count):
        seen = fleet.drive(1, NOON + i * timedelta(hours=1), there=there, camera=camera)
        views = {v.frame_id: replace(v, camera=BASE) for v in fleet.views}
        total += learned(things(list(on_plane(seen, views, plane).values())))
    return total


def test_pitch_and_height_are_found():
    camera = drives(6).applied(BASE)
    assert abs(camera.pitch_deg - TRUE.pitch_deg) < 0.6
    assert abs(camera.height_m - TRUE.height_m) < 0.15
    assert camera.pitch_sigma_deg < 0.7


def test_every_drive_makes_it_surer():
    sigmas = [drives(n).applied(BASE).pitch_sigma_deg for n in (0, 1, 2, 4)]
    assert sigmas == sorted(sigmas, reverse=True)
    assert sigmas[-1] < sigmas[0] / 2


def test_a_camera_that_was_mounted_anew_is_learned_anew():
    known, drive = Mounting(), drives(1)
    for _ in range(6):
        known = known.after(drive, BASE)
    again = drives(1, replace(BASE, pitch_deg=-4.0))
    assert known.applied(BASE).pitch_deg > 1.5
    assert known.after(again, BASE) == again
    assert known.after(drive, BASE).information[0] > known.information[0] * 0.99


def test_nothing_seen_teaches_nothing():
    assert learned([]) == Mounting()
    camera = Mounting().applied(BASE)
    assert (camera.pitch_deg, camera.height_m, camera.yaw_deg) == pytest.approx((0.0, 1.4, 0.0))


def test_drives_add_up_in_any_order():
    a, b = drives(1), drives(2)
    assert (a + b).information == pytest.approx((b + a).information)


def test_one_drive_tells_little_of_yaw_because_the_heading_errs_too():
    assert drives(1).applied(BASE).yaw_sigma_deg > 1.0


def test_a_hole_whose_size_tells_nothing_teaches_by_the_distance_driven():
    camera = drives(4, there=[ahead(45.0, "pothole")]).applied(BASE)
    assert 0.5 < camera.pitch_deg < TRUE.pitch_deg
    assert camera.pitch_sigma_deg < drives(0).applied(BASE).pitch_sigma_deg
