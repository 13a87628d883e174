"""Samples of the training set: boxes follow their things, numbers decide everything."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detection.labelled import ALL, ANIMAL, DEER, LabelledPicture
from detection.train import sampling
from detection.train.augment import GREY, Square, mosaic, moved, placed
from detection.train.sampling import SampleSet, batched

RED = (0, 0, 255)
SIDE = 160


def _scene() -> tuple[np.ndarray, np.ndarray]:
    """A green field with one red thing, and its box."""
    picture = np.zeros((240, 320, 3), np.uint8)
    picture[:] = (0, 120, 0)
    picture[90:150, 130:200] = RED
    return picture, np.array([[3, 130, 90, 200, 150]], np.float32)


def _red_extent(picture: np.ndarray) -> tuple[float, ...]:
    rows, columns = np.nonzero(picture[:, :, 2].astype(int) - picture[:, :, 1] > 100)
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


@given(seed=st.integers(0, 2**32))
def test_a_box_stays_around_its_thing(seed: int) -> None:
    picture, boxes = _scene()
    square = placed(np.random.default_rng(seed), picture, boxes, side_px=SIDE, seen_px=320)
    assert square.picture.shape == (SIDE, SIDE, 3)
    for _, *box in square.boxes.tolist():
        extent = _red_extent(square.picture)
        size = max(extent[2] - extent[0], extent[3] - extent[1])
        assert np.abs(np.subtract(box, extent)).max() <= max(7, size / 10), "it is turned a little"


@given(seed=st.integers(0, 2**32))
def test_a_mosaic_keeps_boxes_around_things(seed: int) -> None:
    rng = np.random.default_rng(seed)
    picture = np.full((SIDE, SIDE, 3), 60, np.uint8)
    box = np.array([[1, 70, 60, 100, 100]], np.float32)
    picture[60:100, 70:100] = RED
    result = mosaic(rng, [Square(picture, box)] * 4, SIDE)
    red = (result.picture == RED).all(axis=2)
    inside = np.zeros_like(red)
    for _, left, top, right, bottom in result.boxes.tolist():
        inside[int(top) : int(bottom), int(left) : int(right)] = True
        assert red[int(top) : int(bottom), int(left) : int(right)].all()
    # what is red outside all boxes was cut to less than what still counts as a label
    assert (red & ~inside).sum() <= 4 * 0.31 * 30 * 40


def test_what_leaves_the_square_is_no_label() -> None:
    shift = np.array([[1.0, 0.0, 1000.0], [0.0, 1.0, 0.0]])
    assert len(moved(np.array([[0, 10, 10, 20, 20]], np.float32), shift, 100)) == 0


def _set(folder: Path, seed: int = 5) -> SampleSet:
    pictures = []
    for number in range(3):
        path = folder / f"{number}.png"
        noise = np.random.default_rng(number).integers(0, 255, (80, 120, 3), np.uint8)
        cv2.imwrite(str(path), noise)
        pictures.append(
            LabelledPicture(
                path=path,
                source="deer" if number else "cones",
                split="train",
                scene=str(number),
                classes=np.array([ANIMAL, DEER] if number else [0]),
                boxes=np.array([[0.5, 0.5, 0.4, 0.4]] * (2 if number else 1)),
                exhaustive=ALL if number else frozenset({0}),
            )
        )
    return SampleSet(
        pictures, {"cones": 1, "deer": 2}, seed=seed, side_px=96, seen_px=96, mosaic_share=0.3
    )


def test_number_and_seed_decide_a_sample(tmp_path: Path) -> None:
    first, again, other = _set(tmp_path), _set(tmp_path), _set(tmp_path, seed=6)
    assert all((first[i].picture == again[i].picture).all() for i in (7, 0, 3))
    assert any((first[i].picture != other[i].picture).any() for i in range(3))


def test_pictures_are_kept_up_to_a_limit_and_the_samples_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = _set(tmp_path)
    wanted = [whole[i].picture for i in range(8)]
    one_picture = 80 * 120 * 3
    monkeypatch.setattr(sampling, "KEPT_BYTES", 2 * one_picture)
    limited = _set(tmp_path)
    assert all((limited[i].picture == wanted[i]).all() for i in range(8))
    assert len(whole._decoded) == 3
    assert sum(kept.nbytes for kept in limited._decoded.values()) == limited._kept_bytes
    assert limited._kept_bytes <= 2 * one_picture


def test_a_sample_says_which_classes_are_judged(tmp_path: Path) -> None:
    samples = [_set(tmp_path)[i] for i in range(12)]
    kinds = {(tuple(s.boxes[:, 0].tolist()), float(s.judged.sum())) for s in samples}
    labels = {label for labels, _ in kinds for label in labels}
    assert labels == {0.0, float(DEER)}, "of a deer's two boxes one is trained"
    assert {judged for _, judged in kinds} == {1.0, float(len(ALL))}


def test_a_batch_tells_whose_boxes_are_whose(tmp_path: Path) -> None:
    samples = [_set(tmp_path)[i] for i in range(6)]
    batch = batched(samples)
    assert batch["img"].shape == (6, 3, 96, 96)
    for number, sample in enumerate(samples):
        assert (batch["bboxes"][batch["batch_idx"] == number] == sample.boxes[:, 1:]).all()


def test_a_source_without_pictures_is_named() -> None:
    with pytest.raises(ValueError, match="no training pictures of moose"):
        SampleSet([], {"moose": 1}, seed=1, side_px=96, seen_px=96, mosaic_share=0)


def _with_empty_road(folder: Path) -> SampleSet:
    cones = folder / "cones.png"
    cv2.imwrite(str(cones), np.full((80, 120, 3), (0, 0, 255), np.uint8))
    road = folder / "road.png"
    cv2.imwrite(str(road), np.full((80, 120, 3), (0, 255, 0), np.uint8))
    whole = np.array([[0.5, 0.5, 1.0, 1.0]])
    pictures = [
        LabelledPicture(cones, "cones", "train", "0", np.array([0]), whole, frozenset({0})),
        LabelledPicture(road, "road", "train", "1", np.zeros(0, int), np.zeros((0, 4)), ALL),
    ]
    return SampleSet(
        pictures,
        {"cones": 1, "road": 1e6},
        seed=2,
        side_px=96,
        seen_px=96,
        mosaic_share=0,
        pasted_share=1,
    )


def test_a_cone_is_pasted_with_its_box_onto_a_road_without_any(tmp_path: Path) -> None:
    samples = [_with_empty_road(tmp_path)[i] for i in range(12)]
    labels = {label for sample in samples for label in sample.boxes[:, 0].tolist()}
    assert labels == {0.0}
    for sample in samples:
        for _, x, y, _, _ in (sample.boxes * 96).int().tolist():
            red, green, _ = sample.picture[:, y, x].tolist()
            assert red >= green, "in its box is the cone; some pictures are grey"


def test_nothing_is_pasted_where_its_kind_is_not_judged(tmp_path: Path) -> None:
    samples = _with_empty_road(tmp_path)
    assert samples._complete("road")
    assert not samples._complete("cones")


def test_grey_is_what_surrounds_a_small_picture() -> None:
    picture, boxes = _scene()
    rng = np.random.default_rng(1)
    squares = [placed(rng, picture, boxes, side_px=SIDE, seen_px=320) for _ in range(40)]
    assert any((square.picture[0, 0] == GREY).all() for square in squares)


def test_of_a_large_frame_the_far_road_is_shown_as_large_as_the_second_look_has_it() -> None:
    frame = np.zeros((480, 752, 3), np.uint8)
    box = np.array([[0, 371, 235, 381, 245]], np.float32)
    rng = np.random.default_rng(4)
    widths = {
        far_px: [
            float(right - left)
            for _ in range(200)
            for _, left, _, right, _ in placed(
                rng, frame, box, side_px=SIDE, seen_px=752, far_px=far_px
            ).boxes.tolist()
        ]
        for far_px in (0, 640)
    }
    assert np.mean(np.array(widths[0]) > 16) < 0.1
    assert np.mean(np.array(widths[640]) > 16) > 0.15, "of 10 pixels it makes about 17"


def test_a_lone_sign_is_looked_at_as_often_as_a_row_of_drums() -> None:
    frame = np.zeros((480, 640, 3), np.uint8)
    row = np.array([[1, x, 300, x + 10, 320] for x in range(0, 200, 10)], np.float32)
    sign = np.array([[3, 600, 100, 620, 120]], np.float32)
    rng = np.random.default_rng(4)
    kinds = [
        set(placed(rng, frame, np.concatenate([row, sign]), side_px=96, seen_px=640).boxes[:, 0])
        for _ in range(300)
    ]
    cut_out = [each for each in kinds if len(each) == 1]
    assert 0.35 < np.mean([each == {3.0} for each in cut_out]) < 0.65
