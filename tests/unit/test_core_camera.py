"""From a box to a place beside the camera."""

import math

import pytest

from hazardmap.core.geometry.box import Box
from hazardmap.core.seeing.camera import DEFAULT_CAMERA, Camera, look, project
from hazardmap.core.seeing.locating import Located, NotLocatable, locate
from tests.scenes import ASPECT, box_of


@pytest.mark.parametrize(
    "wrong",
    [
        {"hfov_deg": math.nan},
        {"hfov_deg": 5.0},
        {"height_m": 0.0},
        {"pitch_deg": 90.0},
        {"distortion": -1.0},
    ],
)
def test_an_impossible_camera_is_refused_by_name(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Camera(**wrong)


def test_the_foot_of_a_pothole_by_hand():
    # 90° across: focal length is half the width. 0.1 of the width below the middle is a slope
    # of 0.2: from 1.4 m the ray meets the road after 7 m.
    camera = Camera(hfov_deg=90.0, height_m=1.4)
    bottom = 0.5 + 0.1 * ASPECT
    place = locate(Box(0.45, bottom - 0.02, 0.55, bottom), "pothole", camera, ASPECT)
    assert isinstance(place, Located)
    assert place.range_m == pytest.approx(7.0)
    assert place.bearing_deg == pytest.approx(0.0)


def test_pitch_roll_and_yaw_turn_the_right_way():
    # Looking down puts the horizon higher in the frame; so the middle meets the road.
    down = look(Camera(pitch_deg=10.0), 0.5, 0.5, ASPECT)
    assert down is not None
    assert down.slope == pytest.approx(math.tan(math.radians(10.0)))
    # A camera turned clockwise sees the road's right side drop in its frame's right half.
    rolled = look(Camera(roll_deg=10.0), 0.9, 0.5, ASPECT)
    assert rolled is not None
    assert rolled.slope > 0.0
    aside = look(Camera(yaw_deg=15.0), 0.5, 0.6, ASPECT)
    assert aside is not None
    assert aside.bearing_deg == pytest.approx(15.0)


def test_a_barrel_shows_less_than_is_there_and_nothing_beyond_its_rim():
    # 90° across: the edge of a pinhole's picture is one focal length from its middle.
    straight, barrel = Camera(hfov_deg=90.0), Camera(hfov_deg=90.0, distortion=-0.2)
    assert project(straight, 45.0, 10.0, 1.4, ASPECT) == pytest.approx((1.0, 0.5))
    assert project(barrel, 45.0, 10.0, 1.4, ASPECT) == pytest.approx((0.5 + 0.5 * 0.8, 0.5))
    ray = look(barrel, 0.9, 0.5, ASPECT)
    assert ray is not None
    assert ray.bearing_deg == pytest.approx(45.0)
    assert project(barrel, 60.0, 10.0, 1.4, ASPECT) is None  # tan² 60° = 3 > 1/(3·0.2)
    assert look(Camera(hfov_deg=90.0, distortion=-0.4), 1.0, 0.5, ASPECT) is None


@pytest.mark.parametrize(
    ("box", "reason"),
    [
        (Box(0.4, 0.2, 0.5, 0.4), "above_horizon"),
        (Box(0.4, 0.495, 0.41, 0.501), "too_far"),
        (Box(0.4, 0.5, 0.6, 1.0), "cut_off"),
    ],
)
def test_what_has_no_place_says_why(box, reason):
    assert locate(box, "deer", DEFAULT_CAMERA, ASPECT) == NotLocatable(reason)


def board(range_m: float, bottom_m: float, height_m: float) -> Box:
    """What a sign fills that hangs with its lower edge over the road."""
    foot = project(DEFAULT_CAMERA, 5.0, range_m, bottom_m, ASPECT)
    head = project(DEFAULT_CAMERA, 5.0, range_m, bottom_m + height_m, ASPECT)
    assert foot is not None
    assert head is not None
    return Box(foot[0] - 0.01, head[1], foot[0] + 0.01, foot[1])


@pytest.mark.parametrize("bottom_m", [1.5, 1.8, 2.1])
@pytest.mark.parametrize("range_m", [8.0, 15.0, 30.0])
def test_a_sign_on_a_post_is_placed_by_the_height_of_its_board(range_m, bottom_m):
    place = locate(board(range_m, bottom_m, 0.9), "roadwork_sign", DEFAULT_CAMERA, ASPECT)
    assert isinstance(place, Located)
    assert place.range_m == pytest.approx(range_m, rel=0.15)
    assert math.sqrt(place.var_along_m2) > 0.25 * range_m, "boards differ in size"


def test_a_sign_that_stands_on_the_road_is_placed_by_its_foot_too():
    place = locate(board(15.0, 0.0, 1.6), "roadwork_sign", DEFAULT_CAMERA, ASPECT)
    assert isinstance(place, Located)
    assert place.range_m == pytest.approx(15.0, rel=0.02)


def test_what_cannot_hang_has_no_place_in_the_air():
    cone = locate(board(15.0, 1.5, 0.75), "cone", DEFAULT_CAMERA, ASPECT)
    assert cone == NotLocatable("above_horizon")


@pytest.mark.parametrize(
    "box",
    [
        Box(0.5, 0.5, 0.4, 0.6),
        Box(0.4, 0.6, 0.5, 0.6),
        Box(math.nan, 0.5, 0.5, 0.6),
        Box(0.4, 0.5, 0.5, 7.0),
    ],
)
def test_an_impossible_box_is_an_error(box):
    with pytest.raises(ValueError, match="box"):
        locate(box, "deer", DEFAULT_CAMERA, ASPECT)


@pytest.mark.parametrize("aspect", [0.0, math.nan, math.inf, -1.0])
def test_an_impossible_aspect_is_an_error(aspect):
    with pytest.raises(ValueError, match="aspect"):
        locate(Box(0.4, 0.5, 0.5, 0.6), "deer", DEFAULT_CAMERA, aspect)


def test_known_height_corrects_a_wrong_pitch():
    truth_m = 40.0
    box = box_of(Camera(pitch_deg=1.0), 0.0, truth_m, "deer")
    assert box is not None
    both = locate(box, "deer", Camera(), ASPECT)
    foot_only = locate(box, "pothole", Camera(), ASPECT)
    assert isinstance(both, Located)
    error_m = abs(both.range_m - truth_m)
    assert error_m < 2.0 * math.sqrt(both.var_along_m2)
    assert not isinstance(foot_only, Located) or error_m < abs(foot_only.range_m - truth_m) / 2


def test_a_thing_cut_at_the_side_has_a_vague_bearing():
    whole = locate(Box(0.01, 0.5, 0.11, 0.6), "deer", DEFAULT_CAMERA, ASPECT)
    cut = locate(Box(0.0, 0.5, 0.1, 0.6), "deer", DEFAULT_CAMERA, ASPECT)
    assert isinstance(whole, Located)
    assert isinstance(cut, Located)
    assert cut.var_across_m2 > whole.var_across_m2


def test_nothing_is_projected_from_behind():
    assert project(DEFAULT_CAMERA, 180.0, 20.0, 0.0, ASPECT) is None
