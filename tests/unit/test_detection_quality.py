"""The frame gate stops what shows no road, and nothing else."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from detection.quality import Quality, judge

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("HAZARDMAP_SHARED", ROOT / ".." / "shared")) / "data"
FOLDERS = ("gps_frames/driving_sequences", "negatives/road_frames/images", "coco_subset/images")


def _texture(level: float, contrast: float) -> np.ndarray:
    """A scene of patches of many sizes, 640 x 360, like a photograph's mix of scales."""
    random = np.random.default_rng(5)
    scene = np.zeros((360, 640))
    for cells in (4, 16, 64, 180):
        patch = Image.fromarray(random.normal(size=(cells, cells * 16 // 9)).astype(np.float32))
        scene += np.asarray(patch.resize((640, 360), Image.Resampling.BICUBIC))
    scene = scene / scene.std() * contrast + level
    return np.repeat(scene.clip(0, 255).astype(np.uint8)[:, :, None], 3, axis=2)


def test_a_plain_scene_is_usable_by_day_and_by_night():
    assert judge(_texture(120, 45)) == Quality(dark=False, usable=True, reason=None)
    assert judge(_texture(35, 25)) == Quality(dark=True, usable=True, reason=None)


@pytest.mark.parametrize(
    ("rgb", "reason", "dark"),
    [
        (_texture(8, 4), "too_dark", True),
        (np.zeros((90, 160, 3), np.uint8), "too_dark", True),
        (np.full((90, 160, 3), 200, np.uint8), "obstructed", False),
        (_texture(120, 4), "obstructed", False),
    ],
)
def test_black_and_blocked_frames_are_stopped(rgb, reason, dark):
    assert judge(rgb) == Quality(dark=dark, usable=False, reason=reason)


def test_a_lamp_in_the_dark_does_not_make_a_frame_usable():
    night = _texture(8, 4)
    night[10:16, 10:20] = 255

    assert judge(night).reason == "too_dark"


def test_a_lens_out_of_focus_is_stopped():
    soft = Image.fromarray(_texture(120, 45)).filter(ImageFilter.GaussianBlur(8))

    assert judge(np.asarray(soft)).reason == "blurred"


def _covered(scene: np.ndarray, rows: slice, level: int) -> np.ndarray:
    """The scene with a smooth surface over these rows: a gradient with a soft highlight."""
    covered = scene.astype(float)
    height, width = covered[rows].shape[:2]
    highlight = np.exp(-(np.linspace(-2, 1, width) ** 2))
    shade = level * (0.7 + 0.3 * np.linspace(0, 1, height)[:, None] * highlight)
    covered[rows] = shade[:, :, None]
    return covered.astype(np.uint8)


@pytest.mark.parametrize(
    ("share", "from_above", "reason"),
    [
        *((0.8, True, "wrong_mount"), (0.6, True, None)),
        *((0.7, False, "wrong_mount"), (0.5, False, None)),
    ],
)
def test_a_frame_full_of_sky_or_bonnet_is_stopped(share, from_above, reason):
    scene, edge = _texture(120, 45), round(360 * share)
    rows = slice(0, edge) if from_above else slice(360 - edge, 360)

    assert judge(_covered(scene, rows, 210 if from_above else 110)).reason == reason


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        ({"couch", "tv", "person"}, "indoor"),
        ({"chair"}, None),  # one thing may stand at a kerb, or be a mistake
        ({"chair", "dining table", "car"}, None),  # a café by the road
        ({"person", "dog"}, None),
    ],
)
def test_rooms_are_known_by_what_stands_in_them(seen, reason):
    assert judge(_texture(120, 45), seen).reason == reason


@pytest.mark.skipif(not SHARED.is_dir(), reason="the optional data folder is absent")
@pytest.mark.parametrize("folder", FOLDERS)
def test_ordinary_pictures_pass(folder):
    pictures = sorted((SHARED / folder).rglob("*.jpg"))
    assert pictures
    stopped = {}
    for path in pictures:
        rgb = np.asarray(Image.open(path).convert("RGB"))
        if not (quality := judge(rgb)).usable:
            stopped[path.name] = quality.reason
    assert stopped == {}


@pytest.mark.skipif(not SHARED.is_dir(), reason="the optional data folder is absent")
def test_real_frames_out_of_focus_are_stopped():
    pictures = sorted((SHARED / "gps_frames/driving_sequences").glob("*.jpg"))
    assert pictures
    for path in pictures:
        with Image.open(path) as picture:
            soft = picture.convert("RGB").resize((1920, 1080)).filter(ImageFilter.GaussianBlur(20))
        assert judge(np.asarray(soft)).reason == "blurred", path.name
