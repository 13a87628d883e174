"""Figures against cases worked out by hand, and against those of ultralytics."""

import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from detection.backends.pytorch import ENVIRONMENT
from detection.drawn import backgrounds
from detection.evaluate import drive
from detection.evaluate.confusion import confusion
from detection.evaluate.frames import clip_frames
from detection.evaluate.intervals import by_scene, share, share_by_scene
from detection.evaluate.matching import assign, match
from detection.evaluate.measure import measure, sample
from detection.evaluate.precision import (
    average_precision,
    average_precision_interval,
    mean_average_precision,
)
from detection.evaluate.scenes import folds, scene_numbers, with_scenes
from detection.evaluate.working import Working, choose, precision_recall, work_zone
from detection.labelled import ALL, CLASSES
from tests.evaluated import crowd, picture, reported

CONE, DRUM, ANIMAL, DEER = (CLASSES.index(n) for n in ("cone", "drum_barrel", "animal", "deer"))
HERE, THERE = (0.3, 0.5, 0.2, 0.2), (0.7, 0.5, 0.2, 0.2)


def test_average_precision_by_hand() -> None:
    """Right at 0.9, wrong at 0.8, right at 0.7, one box missed: 1 up to 1/3, 2/3 up to 2/3."""
    pictures = [picture("a", [(CONE, HERE), (CONE, THERE)]), picture("b", [(CONE, HERE)])]
    answers = [
        reported((CONE, 0.9, HERE), (CONE, 0.8, (0.5, 0.1, 0.1, 0.1))),
        reported((CONE, 0.7, HERE)),
    ]
    found = match(CONE, pictures, answers)
    assert found.hits[:, 0].tolist() == [True, False, True]
    assert found.truth_score.tolist() == [0.9, 0.0, 0.7]
    assert found.truth_height_px == pytest.approx([96.0, 96.0, 96.0])
    # 34 of 101 points lie up to 1/3, 33 up to 2/3; the trapezia cost half a point at each step.
    assert average_precision(found) == pytest.approx((1 + 2 / 3) / 3, abs=0.01)


def test_a_second_report_of_a_box_is_wrong() -> None:
    found = match(
        CONE,
        [picture("a", [(CONE, HERE)])],
        [reported((CONE, 0.9, HERE), (CONE, 0.8, HERE), (CONE, 0.7, (0.3, 0.5, 0.2, 0.12)))],
    )
    assert found.hits[:, 0].tolist() == [True, False, False]
    assert (
        match(CONE, [picture("a", [(CONE, HERE)])], [reported((CONE, 0.9, (0.3, 0.5, 0.2, 0.12)))])
        .hits[0]
        .tolist()
        == [True] * 3 + [False] * 7
    ), "overlap 0.6"


def test_what_a_source_leaves_open_is_neither_right_nor_wrong() -> None:
    closed = picture("a", [(CONE, HERE)])
    open_one = picture("b", exhaustive=ALL - {CONE})
    answers = [reported((CONE, 0.5, HERE)), reported((CONE, 0.9, HERE))]
    assert average_precision(match(CONE, [closed, open_one], answers)) == pytest.approx(0.995)
    assert average_precision(match(CONE, [closed, picture("b")], answers)) < 0.51


def test_the_same_as_ultralytics(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in (*ENVIRONMENT.items(), ("YOLO_CONFIG_DIR", str(tmp_path))):
        monkeypatch.setenv(name, value)
    from ultralytics.utils.metrics import ap_per_class  # noqa: PLC0415

    pictures, answers = crowd(5)
    found = [match(number, pictures, answers) for number in (0, 1)]
    theirs = ap_per_class(
        np.concatenate([each.hits for each in found]),
        np.concatenate([each.scores for each in found]),
        np.repeat([0, 1], [len(each.scores) for each in found]),
        np.repeat([0, 1], [len(each.truth_score) for each in found]),
    )[5]
    assert [average_precision(each) for each in found] == pytest.approx(theirs[:, 0], abs=1e-9)
    assert [mean_average_precision(e) for e in found] == pytest.approx(theirs.mean(1), abs=1e-9)


def test_matching_is_that_of_ultralytics(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in (*ENVIRONMENT.items(), ("YOLO_CONFIG_DIR", str(tmp_path))):
        monkeypatch.setenv(name, value)
    import torch  # noqa: PLC0415
    from ultralytics.engine.validator import BaseValidator  # noqa: PLC0415

    validator: Any = BaseValidator.__new__(BaseValidator)
    validator.iouv = torch.linspace(0.5, 0.95, 10)
    rng = np.random.default_rng(2)
    for _ in range(30):
        overlap = rng.beta(2, 1, (rng.integers(1, 8), rng.integers(1, 6))).astype(np.float32)
        theirs = validator.match_predictions(
            torch.zeros(overlap.shape[0]), torch.zeros(overlap.shape[1]), torch.tensor(overlap.T)
        )
        assert np.array_equal(assign(overlap.astype(np.float64)) >= 0, theirs.numpy())


def test_an_interval_is_as_wide_as_its_scenes_are_few() -> None:
    exact = share(0, 30)
    assert exact.low == 0.0
    assert exact.high == pytest.approx(0.1157, abs=1e-4)
    assert share(5, 10).low == pytest.approx(0.1871, abs=1e-4)
    assert share(0, 0).high == 1.0
    rng = np.random.default_rng(1)
    right = rng.random(200) < 0.7
    alone = share_by_scene(right, np.arange(200))
    repeated = share_by_scene(np.repeat(right, 5), np.repeat(np.arange(200), 5))
    assert (repeated.low, repeated.high) == pytest.approx((alone.low, alone.high), abs=0.02)
    perfect = by_scene(lambda weight: 1.0, 10)
    assert perfect.low == pytest.approx(0.6915, abs=1e-3), "ten of ten is not certainty"
    two = by_scene(lambda weight: 1.0, 70, telling=2)
    assert two.low == pytest.approx(0.1581, abs=1e-3), "seventy scenes without any say nothing"


def test_two_boxes_in_many_pictures_are_two_boxes() -> None:
    pictures = [picture("a", [(CONE, HERE)]), picture("b", [(CONE, HERE)])]
    pictures += [picture(f"{i}") for i in range(70)]
    answers = [reported((CONE, 0.9, HERE))] * 2 + [reported()] * 70
    of = sample(pictures, answers)
    found = average_precision_interval(match(CONE, pictures, answers), of.scene)
    assert found.value == pytest.approx(0.995)
    assert found.low == pytest.approx(0.1581, abs=1e-3)


def test_scenes_and_folds(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    pictures = []
    for number in range(6):
        base = rng.integers(0, 255, (9, 16, 3), np.uint8)
        for take in range(2):
            path = tmp_path / f"{number}-{take}.png"
            image = Image.fromarray(base).resize((320, 180), Image.Resampling.NEAREST)
            image.point(lambda v, t=take: v * (10 - t) // 10).save(path)
            pictures.append(replace(picture(f"{number}-{take}"), path=path))
    grouped = with_scenes(pictures)
    scene = scene_numbers(grouped)
    assert len(set(scene.tolist())) == 6
    assert all(a == b for a, b in zip(scene[::2], scene[1::2], strict=True))
    fold = folds(scene, 3)
    assert all(len(set(fold[scene == s])) == 1 for s in range(6))
    assert np.bincount(fold).tolist() == [4, 4, 4]
    known = [
        replace(one, scene="bridge" if i in {0, 2} else one.scene) for i, one in enumerate(pictures)
    ]
    assert len({one.scene for one in with_scenes(known)}) == 5, "one place, from two sides"


def test_thresholds_keep_ordinary_frames_quiet_and_never_see_their_own_scene() -> None:
    pictures, answers = crowd(9, 60)
    pictures += [picture(f"road {i}", scene=f"road {i}") for i in range(100)]
    answers += [reported(*[(CONE, 0.95, HERE)] * (i < 3)) for i in range(100)]
    of = sample(pictures, answers)
    found = [match(i, pictures, answers) for i in range(len(CLASSES))]
    working = choose(found, answers, of.ordinary, of.scene)
    assert of.ordinary[-100:].all()
    assert working.shipped[CONE] > 0.95, "three alarms in over a hundred frames are too many"
    assert working.shipped[DRUM] < 0.7
    # Whatever is reported in one scene must not change what that scene is judged with.
    changed = [*answers[:-1], reported((CONE, 0.99, HERE), (DRUM, 0.99, THERE))]
    again = choose(
        [match(i, pictures, changed) for i in range(len(CLASSES))], changed, of.ordinary, of.scene
    )
    assert np.array_equal(again.by_picture[-1], working.by_picture[-1])


def test_of_thresholds_that_are_as_good_the_middle_is_taken() -> None:
    pictures = [picture(f"{i}", [(CONE, HERE)]) for i in range(100)] + [picture("wrong")]
    answers = [reported((CONE, 0.9, HERE))] * 99 + [reported((CONE, 0.3, HERE))] * 2
    of = sample(pictures, answers)
    found = [match(i, pictures, answers) for i in range(len(CLASSES))]
    assert choose(found, answers, np.zeros(101, bool), of.scene).shipped[CONE] == pytest.approx(0.6)


def test_nobody_is_sure_of_a_deer_who_is_not_sure_of_an_animal() -> None:
    pictures = [picture(f"{i}", [(ANIMAL, HERE), (DEER, HERE)]) for i in range(40)]
    answers = [reported((ANIMAL, 0.8, HERE), (DEER, 0.2, HERE))] * 40
    of = sample(pictures, answers)
    found = [match(i, pictures, answers) for i in range(len(CLASSES))]
    working = choose(found, answers, of.ordinary, of.scene)
    assert working.shipped[DEER] == working.shipped[ANIMAL] > 0.7
    assert (working.by_picture[:, DEER] == working.by_picture[:, ANIMAL]).all()


def test_thresholds_of_a_release_are_measured_as_they_are() -> None:
    pictures, answers = crowd(9, 60)
    thresholds = np.linspace(0.2, 0.6, len(CLASSES))
    figures = measure(sample(pictures, answers), frozenset(range(len(CLASSES))), thresholds)
    assert figures.working.released
    assert (figures.working.shipped == thresholds).all()
    assert (figures.working.by_picture == thresholds).all()


def test_working_point_confusion_and_work_zone() -> None:
    pictures = [
        picture("a", [(CONE, HERE), (DRUM, THERE)]),
        picture("b", [(ANIMAL, HERE), (DEER, HERE)]),
        picture("c", exhaustive=frozenset({CONE})),
    ]
    answers = [
        reported((CONE, 0.9, HERE), (CONE, 0.6, THERE), (DRUM, 0.1, THERE)),
        reported((ANIMAL, 0.7, HERE), (DEER, 0.7, HERE), (CONE, 0.8, THERE)),
        reported((CONE, 0.9, HERE), (DRUM, 0.9, THERE)),
    ]
    working = Working(np.full(len(CLASSES), 0.5), np.full((3, len(CLASSES)), 0.5))
    precision, recall = precision_recall(
        match(CONE, pictures, answers), working.by_picture[:, CONE], np.arange(3)
    )
    assert (precision.value, recall.value) == (0.25, 1.0)
    table = confusion(working, pictures, answers)
    assert table[CONE, CONE] == 1
    assert table[DRUM, CONE] == 1, "a drum taken for a cone"
    assert table[ANIMAL, ANIMAL] == 1
    assert table[-1, CONE] == 2, "one beside the animal, one in c; the drum in c is left open"
    assert table.sum() == 5
    zone_precision, zone_recall = work_zone(working, pictures, answers)
    assert (zone_precision.value, zone_recall.value) == (0.5, 1.0), "c cannot tell"


def test_everything_together_is_repeatable() -> None:
    pictures, answers = crowd(4)
    one, two = (measure(sample(pictures, answers), ALL) for _ in range(2))
    assert one.kinds == two.kinds
    [cone] = [row for row in one.kinds if (row.kind, row.source) == ("cone", "real")]
    assert cone.ap50.low < cone.ap50.value < cone.ap50.high
    assert cone.scenes == 20


def test_a_drive_with_known_reports(tmp_path: Path) -> None:
    """Ten metres apart, one cone found in one of two near frames, one ghost for two frames."""
    cone = {"object": 1, "kind": "cone", "box": [0.2, 0.4, 0.2, 0.2], "visible": 1.0}
    frames = [
        {"file": f"drive-1/{i}.jpg", "lon": 0.0, "lat": i * 10 / 111_195, "boxes": boxes}
        for i, boxes in enumerate(
            [
                [cone | {"distance_m": 60.0}],
                [cone | {"distance_m": 30.0}],
                [cone | {"distance_m": 20.0}],
            ]
        )
    ]
    (tmp_path / "truth.json").write_text(json.dumps({"drives": [{"drive": 1, "frames": frames}]}))
    ghost = (CONE, 0.4, (0.8, 0.5, 0.1, 0.1))
    answers = [
        reported(ghost),
        reported((CONE, 0.9, (0.3, 0.5, 0.2, 0.2)), (CONE, 0.6, (0.81, 0.5, 0.1, 0.1))),
        reported((DRUM, 0.3, (0.3, 0.5, 0.2, 0.2))),
    ]
    seen = drive.read_drive(tmp_path, answers)
    assert seen.length_m == pytest.approx(20, abs=0.1)
    assert sorted((p.kind, p.best, p.frames, p.true) for p in seen.passes) == [
        ("cone", 0.6, 2, False),
        ("cone", 0.9, 1, True),
        ("drum_barrel", 0.3, 1, False),
    ]
    found = drive.figures(seen, dict.fromkeys(CLASSES, 0.5), ALL)
    assert (found.found["cone"].value, found.per_frame["cone"].value) == (1.0, 0.5)
    assert found.false_per_km == pytest.approx(50, rel=0.01)


def test_a_deer_on_a_drive_is_found_by_whoever_reports_an_animal(tmp_path: Path) -> None:
    deer = {"object": 1, "kind": "deer", "box": [0.2, 0.4, 0.2, 0.2], "visible": 1.0}
    frame = {"file": "drive-1/0.jpg", "lon": 0.0, "lat": 0.0, "boxes": [deer | {"distance_m": 9.0}]}
    (tmp_path / "truth.json").write_text(json.dumps({"drives": [{"drive": 1, "frames": [frame]}]}))
    there = (0.3, 0.5, 0.2, 0.2)
    seen = drive.read_drive(tmp_path, [reported((ANIMAL, 0.7, there), (DEER, 0.6, there))])
    assert [(p.kind, p.best, p.true) for p in seen.passes] == [("animal", 0.7, True)]


def test_frames_of_a_clip_that_show_a_hazard_are_no_ordinary_ones(tmp_path: Path) -> None:
    clip = tmp_path / "nogps_dashcam_solidWhiteRight.mp4"
    video = cv2.VideoWriter(str(clip), cv2.VideoWriter.fourcc(*"mp4v"), 25, (64, 48))
    for _ in range(210):
        video.write(np.zeros((48, 64, 3), np.uint8))
    video.release()
    frames = clip_frames(tmp_path, tmp_path / "cache")
    assert [int(frame.path.stem) for frame in frames] == [*range(1, 176), *range(200, 211)]
    assert {frame.split for frame in frames} == {"train"}
    views = tomllib.loads(backgrounds._TABLE.read_text(encoding="utf-8"))["view"]
    grounds = {name for view in views if view["part"] == "train" for name in view["files"]}
    assert clip.name in grounds, "drawn training pictures stand on its frames"
