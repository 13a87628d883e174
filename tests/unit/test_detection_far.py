"""The far crop adds what is small, and takes nothing away."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from detection.evaluate.predictions import Looking, find_all
from detection.far import FarCrop, both_views
from detection.hazards import HazardFinder
from detection.labelled import CLASSES
from detection.manifest import SHIPPED, Hazards, load_manifest
from detection.render import catalogue
from detection.render.camera import Camera, View
from detection.render.canvas import Canvas, Light
from tests.shipped_models import CONFIG, needs_weights

MIDDLE = FarCrop(0.25, 0.5, 0.75, 1.0, from_px=700)
PART = MIDDLE.part_of((800, 400))
assert PART is not None


def views(whole: list[list[float]], far: list[list[float]]) -> tuple[np.ndarray, np.ndarray]:
    return tuple(np.array(rows, np.float32).reshape(-1, 5) for rows in (whole, far))


def test_a_thing_in_both_views_counts_once_and_the_far_one_is_moved_to_its_place():
    whole, far = views(
        [[300, 250, 340, 290, 0.8], [10, 20, 30, 40, 0.6]],
        [[101, 50, 140, 91, 0.9], [160, 110, 170, 130, 0.5]],
    )
    boxes, kept = both_views(whole, far, np.array(["cone", "drum", "cone", "cone"]), PART)
    assert boxes[:, :4].tolist() == [[301, 250, 340, 291], [360, 310, 370, 330], [10, 20, 30, 40]]
    assert kept.tolist() == [2, 3, 1]
    boxes, kept = both_views(whole[:1], far[:1], np.array(["cone", "drum"]), PART)
    assert kept.tolist() == [0, 1], "two kinds are not one thing here"
    nothing = np.empty((0, 5), np.float32)
    assert len(both_views(nothing, nothing, np.array([], str), PART)[0]) == 0


def test_what_the_crop_cuts_off_is_left_to_the_whole_view_but_not_at_the_pictures_own_edge():
    _, far = views([], [[0, 50, 20, 80, 0.9], [50, 0, 90, 30, 0.9], [50, 150, 90, 200, 0.9]])
    boxes, kept = both_views(far[:0], far, np.array(["cone"] * 3), PART)
    assert kept.tolist() == [2]
    assert boxes[0, 3] == 400


def test_small_pictures_have_no_far_crop():
    assert MIDDLE.part_of((699, 480)) is None
    assert MIDDLE.part_of((480, 700)) is not None
    picture = np.arange(400 * 800 * 3, dtype=np.uint32).reshape(400, 800, 3).astype(np.uint8)
    assert (PART.of(picture) == picture[200:400, 200:600]).all()
    assert FarCrop(0.9995, 0.9995, 1, 1, 1).part_of((40, 30)) is not None


def test_a_crop_that_is_no_part_of_a_picture_is_refused():
    assert FarCrop.read(MIDDLE.table()) == MIDDLE
    for table in ({"part": [0.6, 0, 0.5, 1], "from_px": 700}, {"part": [0, 0, 1, 1], "from_px": 0}):
        with pytest.raises(ValueError, match=r"within 0\.\.1|from_px"):
            FarCrop.read(table)


@needs_weights
def test_the_engine_sees_what_the_evaluation_measures(tmp_path, monkeypatch):
    """Drums along a road, the far ones better seen in the crop; by ONNX Runtime and by PyTorch."""
    monkeypatch.chdir(tmp_path)
    model = next(m for m in load_manifest(SHIPPED).hazards.models if m.far_crop)
    picture = drawn_road()
    path = tmp_path / "road.png"
    Image.fromarray(picture).save(path)
    plain = replace(model, far_crop=None)
    scores = {}
    for name, each in (("whole", plain), ("far", model)):
        finder = HazardFinder(Hazards((each,)), device="cpu", threads=1, config_dir=CONFIG)
        _, seen = finder.find([picture[::3, ::3], picture])  # a small one is looked at once
        scores[name] = [report.score for report in seen.hazards if report.name == "drum"]
    assert sum(scores["far"]) > sum(scores["whole"]) > 0
    [measured] = find_all(
        model.path, [path], Looking(model.long_side_px, model.far_crop, model.mirrored)
    )
    drums = measured.scores[measured.classes == CLASSES.index("drum_barrel")]
    working = drums[drums >= model.threshold_of("drum_barrel")]
    assert working == pytest.approx(scores["far"], abs=0.02)  # bfloat16 or 8 bits


def drawn_road() -> np.ndarray:
    camera = Camera(hfov_deg=60, height_m=1.4, width_px=1280, height_px=720)
    view = View(camera, 0.0, 0.0, 0.0)
    sun = Light(np.array([0.0, -0.6, 0.8]), (0.5,) * 3, (0.9,) * 3, (0.9,) * 3, 1500)
    ground = np.full((720, 1280, 3), 0.35, np.float32)
    ground[:360] = 0.8
    canvas = Canvas(view, sun, ground)
    for ahead_m in (70.0, 58.0, 46.0, 34.0, 22.0, 10.0):
        shape = catalogue.make("drum_barrel", np.random.default_rng(1), variant="drum")
        canvas.paint(shape.placed(2.0, ahead_m, 0.0))
    return (canvas.rgb * 255).clip(0, 255).astype(np.uint8)
