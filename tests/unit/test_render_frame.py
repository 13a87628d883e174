"""The boxes of the truth are where the geometry says, and only for what is seen."""

import dataclasses
from math import atan2, degrees, radians, sin

import numpy as np
import pytest

from detection.render.camera import Camera, View
from detection.render.frame import Studio
from detection.render.roads import pick_section
from detection.render.roadside import Standing
from detection.render.scene import Scene, Thing, make_scene
from detection.render.solid import Shape, box
from detection.render.weather import Conditions
from tests.render_street import write_roads

AT_M = 60.0
CLEAR = Conditions(
    sun=0.8, sun_azimuth_deg=120, sun_elevation_deg=45, clouds=0.2, wet=0, rain=0, haze_m=2000,
    exposure=1, warmth=0, blur_px=0, noise=0.01, vignette=0.1, dirt=0, jpeg_quality=90,
)  # fmt: skip
CAMERA = Camera(hfov_deg=70, height_m=1.45, pitch_deg=2.0, yaw_deg=1.0, roll_deg=0.5)
KINDS = ("horse", "deer", "cone", "drum", "barrier", "roadwork_sign", "debris", "pothole")


@pytest.fixture(scope="module")
def scene(tmp_path_factory) -> Scene:
    folder = tmp_path_factory.mktemp("scene")
    section = pick_section(write_roads(folder / "roads.geojson"), seed=2, length_m=280.0)
    return dataclasses.replace(make_scene(section, 18, 2), scenery=(), houses=())


def shoot(scene: Scene, things, scenery=(), camera: Camera = CAMERA):
    staged = dataclasses.replace(scene, things=tuple(things), scenery=tuple(scenery))
    east, north = staged.street.at(AT_M, 1.7)
    view = View(camera, east, north, staged.street.heading_deg(AT_M))
    studio = Studio(staged, camera, CLEAR, seed=1)
    picture, boxes = studio.shoot(view, AT_M, np.random.default_rng(1))
    return view, picture, boxes


def alone(scene: Scene, kind: str, ahead_m: float = 11.0) -> Thing:
    thing = next(t for t in scene.things if t.kind == kind)
    return dataclasses.replace(thing, along_m=AT_M + ahead_m, right_m=0.5)


@pytest.mark.parametrize("kind", KINDS)
def test_the_box_of_a_lone_thing_is_the_extent_of_its_projected_corners(scene, kind):
    # Near enough for a small pothole to be more than a few lines high.
    thing = alone(scene, kind, ahead_m=7.0 if kind == "pothole" else 11.0)
    # Unrolled: a pointed picture does not reach the tilted corners of its board.
    view, _, boxes = shoot(scene, [thing], camera=dataclasses.replace(CAMERA, roll_deg=0.0))
    (seen,) = boxes
    street = scene.street
    east, north = street.at(thing.along_m, 0.5)
    shape = thing.shape.placed(east, north, street.heading_deg(thing.along_m))
    labelled = [board.corners for board in shape.boards] if shape.face_only else [shape.points]
    pixels, _ = view.project(np.concatenate(labelled))
    low, high = pixels.min(axis=0), pixels.max(axis=0) + 1
    drawn = (
        seen.x * 1280, seen.y * 720, (seen.x + seen.width) * 1280, (seen.y + seen.height) * 720,
    )  # fmt: skip
    # A sign leans a little, so that the tip of a triangle is not at its board's corner; a hole is
    # widest in its middle, which is farther away than the near edge of the board it is painted on.
    leeway_px = {"roadwork_sign": 5.0, "pothole": 0.2 * (high[0] - low[0])}.get(kind, 2.0)
    assert drawn == pytest.approx((*low, *high), abs=leeway_px)
    assert seen.visible == pytest.approx(1.0)


@pytest.mark.parametrize("kind", ["cone", "drum", "debris", "barrier"])
def test_the_box_is_where_the_picture_changes(scene, kind):
    flat = dataclasses.replace(CLEAR, sun=0.0, noise=0.0)
    thing = alone(scene, kind, ahead_m=9.0)
    pictures = []
    for things in ((thing,), ()):
        staged = dataclasses.replace(scene, things=things)
        east, north = staged.street.at(AT_M, 1.7)
        view = View(CAMERA, east, north, staged.street.heading_deg(AT_M))
        picture, boxes = Studio(staged, CAMERA, flat, seed=1).shoot(
            view, AT_M, np.random.default_rng(1)
        )
        pictures.append((picture, boxes))
    (with_it, (seen,)), (without, _) = pictures
    changed = np.abs(with_it - without).max(axis=2) > 0.08
    top, bottom = round(seen.y * 720), round((seen.y + seen.height) * 720)
    left, right = round(seen.x * 1280), round((seen.x + seen.width) * 1280)
    assert changed[top:bottom, left:right].mean() > 0.15
    assert not changed[: top - 2].any()


def test_what_hides_behind_a_wall_is_not_in_the_truth(scene):
    thing = alone(scene, "cone", ahead_m=14.0)
    wall = Shape((box((3.0, 0.2, 2.5), (0, 0, 0), (0.5, 0.5, 0.5)),))
    assert [b.number for b in shoot(scene, [thing])[2]] == [thing.number]
    assert shoot(scene, [thing], [Standing(wall, AT_M + 10, 0.5)])[2] == []


def test_what_is_half_hidden_has_the_box_of_its_visible_half(scene):
    thing = alone(scene, "barrier", ahead_m=14.0)
    low_wall = Shape((box((4.0, 0.2, 0.6), (0, 0, 0), (0.5, 0.5, 0.5)),))
    (whole,) = shoot(scene, [thing])[2]
    (part,) = shoot(scene, [thing], [Standing(low_wall, AT_M + 13.5, 0.5)])[2]
    assert part.y == pytest.approx(whole.y, abs=1 / 720)
    assert part.height < 0.75 * whole.height
    assert 0.25 < part.visible < 0.8


def test_far_and_tiny_things_are_left_out(scene):
    assert shoot(scene, [alone(scene, "debris", ahead_m=110.0)])[2] == []


def test_what_lies_behind_the_camera_is_not_seen(scene):
    assert shoot(scene, [alone(scene, "horse", ahead_m=-5.0)])[2] == []


def test_the_foot_of_a_box_gives_the_distance(scene):
    thing = alone(scene, "drum", ahead_m=15.0)
    level = Camera(hfov_deg=70, height_m=1.45)
    _, _, (seen,) = shoot(scene, [thing], camera=level)
    below = (seen.y + seen.height) * 720 - 0.5 - level.centre_px[1]
    distance = level.height_m * level.focal_px / below
    foot = -float(thing.shape.points[:, 1].min())
    assert distance == pytest.approx(seen.distance_m - foot, rel=0.03)


def test_sun_shares_are_between_shade_and_light(tmp_path):
    section = pick_section(write_roads(tmp_path / "roads.geojson"), seed=2, length_m=280.0)
    scene = make_scene(section, 4, 2)
    heading = scene.street.heading_deg(100)
    low = dataclasses.replace(CLEAR, sun_azimuth_deg=heading + 90, sun_elevation_deg=12)
    along, right = np.full((1, 3), 100.0, np.float32), np.array([[-8.0, 0.0, 8.0]], np.float32)
    ground = Studio(scene, CAMERA, low, seed=1)._ground
    shade = ground.sunlit(along, right)
    roof = max(house.height_m for house in scene.houses)
    assert roof > 10 > 8 * sin(radians(12))
    assert shade.max() == 0.0
    ahead = dataclasses.replace(CLEAR, sun_azimuth_deg=heading, sun_elevation_deg=40)
    assert Studio(scene, CAMERA, ahead, seed=1)._ground.sunlit(along, right).min() == 1.0


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_stands_in_the_way_of_a_car_in_its_lane(tmp_path, seed):
    section = pick_section(write_roads(tmp_path / "roads.geojson"), seed=seed, length_m=280.0)
    scene = make_scene(section, 60, seed)
    middle_m, half_m = 1.7, 0.9 + 0.15  # of a lane of 3.4 m; of a car that drifts a little
    for thing in scene.things:
        places = thing.right_m + thing.shape.points[:, 0]
        assert places.max() < middle_m - half_m or places.min() > middle_m + half_m


def test_the_heading_is_the_way_the_street_runs(scene):
    (e0, n0), (e1, n1) = scene.street.at(100, 0), scene.street.at(102, 0)
    expected = degrees(atan2(e1 - e0, n1 - n0)) % 360
    assert scene.street.heading_deg(101) == pytest.approx(expected, abs=0.5)
