"""Laws of camera geometry and of metres on the ellipsoid."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, example, given, reject, settings
from hypothesis import strategies as st

from hazardmap.core.fusion.fuse import observe
from hazardmap.core.geometry.box import Box
from hazardmap.core.geometry.geodesy import Plane, between, moved, radius95_m, turned
from hazardmap.core.kinds import KINDS
from hazardmap.core.seeing.camera import Camera, look, project
from hazardmap.core.seeing.locating import MAX_RANGE_M, Located, NotLocatable, locate
from hazardmap.core.seeing.observation import Observation
from tests.scenes import ASPECT, HELSINKI, Fleet, box_of

cameras = st.builds(
    Camera,
    hfov_deg=st.floats(30, 120),
    height_m=st.floats(1.0, 3.0),
    pitch_deg=st.floats(-10, 10),
    roll_deg=st.floats(-8, 8),
    yaw_deg=st.floats(-30, 30),
    distortion=st.just(0.0) | st.floats(-0.4, 0.4),
    hfov_sigma_deg=st.just(1.0),
    pitch_sigma_deg=st.just(0.2),
)
any_camera = st.builds(
    Camera,
    hfov_deg=st.floats(20, 170),
    height_m=st.floats(0.3, 5),
    pitch_deg=st.floats(-60, 60),
    roll_deg=st.floats(-60, 60),
    yaw_deg=st.floats(-180, 180),
    hfov_sigma_deg=st.floats(0, 60),
    height_sigma_m=st.floats(0, 3),
    pitch_sigma_deg=st.floats(0, 45),
    yaw_sigma_deg=st.floats(0, 90),
    distortion=st.just(0.0) | st.floats(-0.4, 0.4),
)
edges = st.floats(-0.01, 1.01)
SURE = Camera(hfov_sigma_deg=1.0, pitch_sigma_deg=0.2)
kinds = st.sampled_from(sorted(KINDS))
lons = st.floats(-180, 180)
lats = st.floats(-89.99, 89.99)
numbers = st.floats(allow_nan=True, allow_infinity=True)

UNHURRIED = settings(deadline=None)  # the machine may be busy


@UNHURRIED
@given(cameras, st.floats(-60, 60), st.floats(2, 120), st.floats(0.4, 3))
def test_look_undoes_project(camera, bearing_deg, range_m, aspect):
    point = project(camera, bearing_deg, range_m, 0.0, aspect)
    if point is None:
        reject()
    ray = look(camera, point[0], point[1], aspect)
    assert ray is not None
    assert camera.height_m / ray.slope == pytest.approx(range_m, rel=1e-6)
    assert math.remainder(ray.bearing_deg - bearing_deg, 360.0) == pytest.approx(0.0, abs=1e-6)


@UNHURRIED
@given(cameras, kinds, st.floats(-25, 25), st.floats(5, 40))
def test_a_thing_on_the_road_is_located_where_it_stands(camera, kind, off_deg, range_m):
    upright = replace(camera, roll_deg=0.0)
    box = box_of(upright, off_deg + upright.yaw_deg, range_m, kind)
    if box is None or box.top <= 0.01:
        reject()
    place = locate(box, kind, upright, ASPECT)
    assert isinstance(place, Located)
    assert place.range_m == pytest.approx(range_m, rel=0.01)
    assert place.bearing_deg == pytest.approx(off_deg + upright.yaw_deg, abs=0.2)


@UNHURRIED
@given(cameras, kinds, st.floats(5, 50))
def test_uncertainty_grows_with_range(camera, kind, range_m):
    near = box_of(camera, camera.yaw_deg, range_m, kind)
    far = box_of(camera, camera.yaw_deg, 1.5 * range_m, kind)
    if near is None or far is None or near.top <= 0.01 or far.top <= 0.01:
        reject()
    a, b = locate(near, kind, camera, ASPECT), locate(far, kind, camera, ASPECT)
    if isinstance(a, NotLocatable) or isinstance(b, NotLocatable):
        reject()
    assert b.var_along_m2 > a.var_along_m2
    assert b.var_across_m2 > a.var_across_m2


@UNHURRIED
@given(st.tuples(edges, edges, edges, edges), kinds, any_camera, st.floats(0.05, 20))
@example((0.4, 0.02, 0.6, 0.45), "roadwork_sign", Camera(hfov_deg=170.0), ASPECT)
@example((0.85, 0.03, 0.93, 0.2), "roadwork_sign", Camera(distortion=-0.3), ASPECT)
def test_any_box_in_any_camera_is_located_or_says_why_not(sides, kind, camera, aspect):
    try:
        place = locate(Box(*sides), kind, camera, aspect)
    except ValueError:
        left, top, right, bottom = sides
        assert left >= right or top >= bottom
        return
    if isinstance(place, NotLocatable):
        return
    assert 0.0 < place.range_m <= MAX_RANGE_M
    assert math.isfinite(place.bearing_deg)
    assert 0.0 < place.var_along_m2 < math.inf
    assert 0.0 < place.var_across_m2 < math.inf


@UNHURRIED
@given(st.tuples(numbers, numbers, numbers, numbers), kinds, numbers, numbers, numbers)
def test_absurd_input_never_becomes_a_place(edges, kind, heading, lon, score):
    view = _view(lon, 60.0, heading)
    try:
        seen = observe(view, view.frame_id, kind, score, Box(*edges))
    except ValueError:
        return
    if isinstance(seen, NotLocatable):
        return
    values = (seen.lon, seen.lat, seen.range_m, seen.cov_ee_m2, seen.cov_en_m2, seen.cov_nn_m2)
    assert all(math.isfinite(value) for value in values)


@UNHURRIED
@given(lons, lats, st.floats(0, 360), st.floats(5, 60), kinds)
def test_observations_are_right_everywhere_on_earth(lon, lat, heading, range_m, kind):
    box = box_of(SURE, 5.0, range_m, kind)
    if box is None:
        reject()
    view = _view(lon, lat, heading)
    seen = observe(view, view.frame_id, kind, 0.9, box)
    assert isinstance(seen, Observation)
    bearing_deg, distance_m = between(lon, lat, seen.lon, seen.lat)
    assert distance_m == pytest.approx(seen.range_m, abs=1e-6)
    assert math.remainder(bearing_deg - heading - 5.0, 360.0) == pytest.approx(0.0, abs=0.2)
    cov = np.array([[seen.cov_ee_m2, seen.cov_en_m2], [seen.cov_en_m2, seen.cov_nn_m2]])
    assert np.linalg.eigvalsh(cov).min() > 0.0
    # Its long axis points back at the camera: range is the vaguest thing about a far object.
    _, _, arrival_deg = moved(lon, lat, bearing_deg, distance_m)
    sight = np.array([math.sin(math.radians(arrival_deg)), math.cos(math.radians(arrival_deg))])
    aside = np.array([sight[1], -sight[0]])
    place = locate(box, kind, SURE, ASPECT)
    assert isinstance(place, Located)
    assert sight @ cov @ sight == pytest.approx(place.var_along_m2, rel=1e-3, abs=1e-3)
    assert aside @ cov @ aside > place.var_across_m2


@UNHURRIED
@given(lons, lats, st.floats(0, 360), st.floats(0, 5000))
def test_plane_and_world_agree(lon, lat, bearing_deg, distance_m):
    plane = Plane(lon, lat)
    there_lon, there_lat, _ = moved(lon, lat, bearing_deg, distance_m)
    east_m, north_m, turn = plane.flatten([there_lon], [there_lat])
    assert math.hypot(east_m[0], north_m[0]) == pytest.approx(distance_m, abs=1e-6)
    back_lon, back_lat, back_turn = plane.unflatten(float(east_m[0]), float(north_m[0]))
    assert between(there_lon, there_lat, back_lon, back_lat)[1] < 1e-6
    if distance_m > 1.0:
        assert math.remainder(back_turn - turn[0], 2 * math.pi) == pytest.approx(0.0, abs=1e-6)


@UNHURRIED
@given(lons, st.floats(85, 89.999), st.floats(0, 360))
def test_directions_survive_the_meeting_of_meridians(lon, lat, bearing_deg):
    """A step north at a place, seen in the plane of another place near the pole."""
    here_lon, here_lat, _ = moved(lon, lat, bearing_deg, 500.0)
    assume(here_lat < 89.9999)
    step_lon, step_lat, _ = moved(here_lon, here_lat, 0.0, 10.0)
    east_m, north_m, turn = Plane(lon, lat).flatten([here_lon, step_lon], [here_lat, step_lat])
    north_axis = turned(np.array([[0.0, 0.0], [0.0, 1.0]]), float(turn[0]))
    step = np.array([east_m[1] - east_m[0], north_m[1] - north_m[0]])
    assert step @ north_axis @ step == pytest.approx(100.0, rel=1e-3)


@UNHURRIED
@given(st.floats(0.1, 50), st.floats(0.02, 1), st.floats(0, math.pi))
def test_the_95_percent_radius_holds_95_percent(sigma_m, ratio, turn_rad):
    cov = turned(np.diag([sigma_m**2, (ratio * sigma_m) ** 2]), turn_rad)
    radius_m = radius95_m(cov)
    # Exact share within a radius: the mean over angles of the radial distribution.
    angle = (np.arange(4000) + 0.5) / 4000 * 2 * np.pi
    rate = np.cos(angle) ** 2 + np.sin(angle) ** 2 / ratio**2
    share = np.mean((1 - np.exp(-(radius_m**2) * rate / (2 * sigma_m**2))) / rate)
    assert share / ratio == pytest.approx(0.95, abs=0.002)


def _view(lon, lat, heading):
    fleet = Fleet(start=HELSINKI)
    fleet.drive(1, frames=1)
    return replace(fleet.views[0], lon=lon, lat=lat, heading_deg=heading, camera=SURE)
