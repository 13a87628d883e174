"""What is blurred cannot be read again, and the receipt's regions say where."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from detection import privacy
from detection.privacy import (
    Private,
    Region,
    blur,
    face_regions,
    head_regions,
    likely_plates,
    plate_regions,
)

PLATE = Region(Private.PLATE, 0.25, 0.25, 0.75, 0.5)


def _plate(text: str) -> np.ndarray:
    picture = Image.new("RGB", (400, 240), (90, 90, 90))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((100, 60, 299, 119), fill="white")
    draw.text((112, 62), text, fill="black", font_size=48)
    return np.asarray(picture)


def test_comparing_with_candidates_does_not_tell_a_plate(monkeypatch):
    """Who knows the method blurs every candidate without noise and takes the most similar."""
    written = [_plate(text) for text in ("HX 4821", "HX 4827", "HK 4821", "NX 4321", "HX 1824")]
    with monkeypatch.context() as patch:
        patch.setattr(privacy, "NOISE_LEVELS", 0.0)
        templates = [np.asarray(blur(plate, [PLATE]), float) for plate in written]

    right = 0
    for number, plate in enumerate(written):
        for _ in range(40):
            seen = np.asarray(blur(plate, [PLATE]), float)
            errors = [((seen - template) ** 2).mean() for template in templates]
            right += int(np.argmin(errors)) == number

    assert right <= 80  # of 200; 40 by guessing, 200 without noise


def test_fine_structure_is_gone():
    board = (np.indices((200, 200)).sum(axis=0) % 2 * 255).astype(np.uint8)
    rgb = np.repeat(board[:, :, None], 3, axis=2)

    blurred = np.asarray(blur(rgb, [Region(Private.FACE, 0.2, 0.2, 0.8, 0.8)]), float)

    inside = blurred[40:160, 40:160, 0]
    assert np.abs(np.diff(inside, axis=1)).max() < 10  # it was 255 everywhere
    assert np.array_equal(blurred[:40], rgb[:40])


def test_two_runs_differ_in_the_noise():
    plate = _plate("HX 4821")

    first, second = (np.asarray(blur(plate, [PLATE])) for _ in range(2))

    assert not np.array_equal(first[70:110, 120:280], second[70:110, 120:280])


def test_the_original_array_is_left_alone():
    plate = _plate("HX 4821")
    before = plate.copy()
    plate.setflags(write=False)

    blur(plate, [PLATE])

    assert np.array_equal(plate, before)


def test_boxes_are_enlarged_and_stay_in_the_frame():
    [face] = face_regions(np.array([[100, 100, 140, 160, 0.9]], np.float32), (400, 400))
    assert (face.left, face.top, face.right, face.bottom) == pytest.approx(
        (90 / 400, 85 / 400, 150 / 400, 175 / 400)
    )
    [plate] = plate_regions(np.array([[380, -3, 420, 10, 0.2]], np.float32), (400, 400))
    assert plate.right == 1.0
    assert plate.top == 0.0
    assert plate.what is Private.PLATE


def test_heads_of_persons_are_covered_where_somebody_could_be_known():
    walking, riding, far = [10, 100, 60, 300, 0.9], [100, 100, 250, 220, 0.9], [0, 0, 15, 47, 0.9]

    heads = head_regions(np.array([walking, riding, far], np.float32), (1000, 1000))

    assert [round(head.bottom, 3) for head in heads] == [0.14, 0.14]
    assert {head.what for head in heads} == {Private.HEAD}
    assert head_regions(np.zeros((0, 5), np.float32), (10, 10)) == []


def test_what_is_hardly_like_a_plate_is_one_on_a_vehicle_only():
    sure, on_car, on_sign = (
        [10, 10, 40, 20, 0.3],
        [110, 110, 140, 120, 0.01],
        [300, 5, 330, 15, 0.01],
    )
    plates = np.array([sure, on_car, on_sign], np.float32)
    car = np.array([[100, 80, 200, 130, 0.4]], np.float32)

    assert likely_plates(plates, car, 0.05).tolist() == plates[:2].tolist()
    assert likely_plates(plates, car[:0], 0.05).tolist() == plates[:1].tolist()
    assert len(likely_plates(plates[:0], car, 0.05)) == 0
