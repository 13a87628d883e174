"""Drawn training pictures: what they are labelled with is what is seen in them."""

import subprocess
import sys
import tomllib
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml

from detection.drawn import backgrounds, picture, staging
from detection.drawn.backgrounds import BackgroundsError, Ground, find_photos, open_photo
from detection.drawn.crop import Crop
from detection.drawn.dataset import draw_dataset
from detection.drawn.extents import bounds, in_shares, seen_box
from detection.drawn.layouts import Stand, lay_out
from detection.drawn.picture import draw_picture
from detection.drawn.road import Road
from detection.labelled import CLASSES, read_folder, read_yaml
from detection.render.camera import Camera, View
from detection.render.canvas import Light
from detection.render.solid import Shape, box

ROAD = Road((-5.3, -1.7, 1.9), -6.0, 4.0)
VIEW = View(Camera(hfov_deg=60, height_m=1.4, pitch_deg=2.0, width_px=320, height_px=200), 0, 0, 0)
WHOLE = Crop(0, 0, 320, 200)
PHOTO = "road_frames_0002.jpg"


def empty_ground(labels=()) -> Ground:
    grey = np.full((200, 320, 3), 0.4, np.float32)
    return Ground(grey, VIEW, ROAD, 200, 0.0, np.array(labels, np.float64).reshape(-1, 5))


def pillar(kind: str, right_m: float, ahead_m: float, width_m: float = 1.0) -> Stand:
    return Stand(kind, Shape((box((width_m, 0.4, 1.5), (0, 0, 0), (0.9, 0.4, 0.1)),)), right_m,
                 ahead_m)  # fmt: skip


def painted(stands, ground: Ground):
    things = staging._things(stands, ground)
    dull = Light(np.array([0.0, 0.0, 1.0]), (0, 0, 0), (1, 1, 1), (0.7, 0.7, 0.7), 2000.0)
    canvas, pixels = staging.paint(ground, dull, things, 1.0, np.random.default_rng(1))
    found = {}
    for thing in things:
        extent = bounds(VIEW, thing.shape)
        assert extent is not None
        seen = seen_box(canvas.owner, thing.owner, pixels[thing.owner], extent, WHOLE)
        found[thing.number] = (seen, extent)
    return canvas, found


def background_folder(folder: Path) -> Path:
    """A folder with one picture that the table knows."""
    folder.mkdir()
    rows = np.linspace(230, 90, 360, dtype=np.uint8)[:, None, None]
    cv2.imwrite(str(folder / PHOTO), np.broadcast_to(rows, (360, 640, 3)))
    return folder


def test_the_box_of_a_thing_in_the_open_is_its_projected_extent():
    _, found = painted([pillar("cone", 0.5, 12.0)], empty_ground())
    seen, extent = found[0]
    np.testing.assert_allclose(seen, extent, atol=1.5)


def test_the_box_of_a_half_hidden_thing_is_its_visible_part_and_of_a_hidden_one_none():
    hidden, beside = pillar("cone", 0.0, 20.0, 0.6), pillar("worker", 1.2, 20.0)
    wall = pillar("barrier", 0.0, 10.0, 1.2)
    _, found = painted([hidden, beside, wall], empty_ground())
    assert found[CLASSES.index("cone")][0] is None
    seen, extent = found[CLASSES.index("worker")]
    wall_right = found[CLASSES.index("barrier")][1][2]
    assert extent[0] < wall_right < extent[2]
    assert seen[0] == pytest.approx(wall_right, abs=1.5)


def test_the_picture_changes_only_at_what_was_drawn():
    ground = empty_ground()
    canvas, found = painted([pillar("cone", 0.5, 12.0)], ground)
    left, top, right, bottom = found[0][0]
    changed = np.abs(canvas.rgb - ground.rgb).max(axis=2) > 0.05
    assert changed[int(top) : int(bottom), int(left) : int(right)].mean() > 0.9
    above = changed[: int(top) - 4]
    assert not above.any()


def test_what_is_as_dark_as_the_night_has_no_label():
    ground = empty_ground()
    canvas, _ = painted([pillar("cone", 0.5, 12.0)], ground)
    assert staging.stands_out(canvas, ground.rgb, 1)
    assert not staging.stands_out(canvas, canvas.rgb, 1)


def test_nothing_is_drawn_over_what_the_photograph_has_labels_of():
    extent = bounds(VIEW, pillar("cone", 0.5, 12.0).shape.placed(0.5, 12.0, 0.0))
    assert staging._things([pillar("cone", 0.5, 12.0)], empty_ground([(6, *extent)])) == []


def test_labels_of_a_photograph_follow_its_mirror_and_its_crop(tmp_path, monkeypatch):
    source = tmp_path / "indian_road_obstacles"
    for name in ("images/train", "labels/train"):
        (source / name).mkdir(parents=True)
    name = "indian_road_obstacles_0466"
    pixels = np.full((640, 614, 3), 60, np.uint8)
    pixels[400:464, 123:246] = (255, 255, 255)
    cv2.imwrite(str(source / f"images/train/{name}.png"), pixels)
    (source / f"images/train/{name}.png").rename(source / f"images/train/{name}.jpg")
    (source / f"labels/train/{name}.txt").write_text("6 0.300489 0.675 0.200326 0.1\n")
    (photo,) = find_photos([tmp_path], "train")
    for seed in range(6):
        ground = open_photo(photo, np.random.default_rng(seed))
        (number, left, top, right, bottom) = ground.labels[0]
        bright = ground.rgb[..., 0] > 0.9
        rows, columns = np.flatnonzero(bright.any(axis=1)), np.flatnonzero(bright.any(axis=0))
        assert number == CLASSES.index("pothole")
        np.testing.assert_allclose(
            (left, top, right, bottom), (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1), atol=1
        )


def test_the_same_seed_gives_the_same_files_in_one_process_or_two(tmp_path):
    folder = background_folder(tmp_path / "roads")
    kinds = {}
    for name, processes in (("one", 1), ("two", 2)):
        draw_dataset([folder], tmp_path / name, count=3, seed=5, part="train", processes=processes)
        files = sorted((tmp_path / name).rglob("0*.*"))
        assert len(files) == 6
        kinds[name] = [file.read_bytes() for file in files]
    assert kinds["one"] == kinds["two"]
    table = yaml.safe_load((tmp_path / "one/data.yaml").read_text())
    assert tuple(table["names"].values()) == CLASSES
    read = read_yaml(tmp_path / "one/data.yaml", "train")
    assert len(read) == 3
    assert all((p.boxes[:, 2:] > 0).all() and (p.boxes <= 1).all() for p in read)


def test_the_parts_share_no_background_no_size_and_no_street(tmp_path):
    table = picture._SIZES
    assert not set(table["train"]) & set(table["held_back"])
    entries = {part: names_of(part) for part in ("train", "held_back")}
    assert not entries["train"] & entries["held_back"]
    one, other = (draw_picture([], part, 1, 0).rgb for part in ("train", "held_back"))
    assert one.shape != other.shape


def test_no_network_learns_from_what_is_drawn_upon_in_the_held_back_part(shared):
    learned = {p.path.name for p in read_folder(shared, "train")}
    kept = {p.path.name for p in read_folder(shared, "val")}
    assert names_of("held_back") <= kept
    assert not names_of("held_back") & learned


def test_a_place_is_in_the_name_and_a_source_can_be_left_out(tmp_path):
    folder = background_folder(tmp_path / "roads")
    (photo,) = find_photos([folder], "train")
    with pytest.raises(BackgroundsError, match="None of the train pictures"):
        find_photos([folder], "train", without={"road_frames"})
    draw_dataset([folder], tmp_path / "set", count=12, seed=5, part="train")
    places = {p.stem.partition("@")[2] for p in (tmp_path / "set/images/train").iterdir()}
    assert photo.path.stem in places
    scenes = {p.scene for p in read_yaml(tmp_path / "set/data.yaml", "train")}
    assert f"set/{photo.path.stem}" in scenes


def names_of(part: str) -> set[str]:
    views = tomllib.loads(backgrounds._TABLE.read_text(encoding="utf-8"))["view"]
    return {name for view in views if view["part"] == part for name in view["files"]}


def test_layouts_bring_every_class_and_pictures_without_any():
    rng = np.random.default_rng(3)
    layouts = [lay_out(ROAD, rng) for _ in range(90)]
    kinds = {stand.kind for layout in layouts for stand in layout}
    assert kinds >= set(CLASSES)
    empty = sum(all(s.kind not in CLASSES for s in layout) for layout in layouts)
    assert 2 <= empty <= 20


def test_boxes_in_shares_are_centres_and_sizes():
    np.testing.assert_allclose(in_shares([(2, (10, 20, 30, 60))], (100, 200)),
                               [[2, 0.2, 0.2, 0.2, 0.2]])  # fmt: skip
    assert in_shares([], (100, 200)).shape == (0, 5)


@pytest.mark.parametrize("exists", [True, False])
def test_a_folder_that_is_missing_or_holds_no_known_picture_is_one_sentence(tmp_path, exists):
    folder = tmp_path / "roads"
    if exists:
        folder.mkdir()
    given = ["--backgrounds", folder, "--out", tmp_path / "out", "--count", "1"]
    done = subprocess.run(
        [sys.executable, "-m", "detection.drawn", *map(str, given)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert str(folder) in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()
