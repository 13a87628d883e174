"""Labelled pictures: every box of a source, and what the source leaves open."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from detection.labelled import ALL, CLASSES, LabelsError, class_number, read_folder, read_yaml


def put(root: Path, source: str, split: str, name: str, labels: str | None) -> Path:
    picture = root / source / "images" / split / f"{name}.jpg"
    picture.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (64, 48)).save(picture)
    if labels is not None:
        text = root / source / "labels" / split / f"{name}.txt"
        text.parent.mkdir(parents=True, exist_ok=True)
        text.write_text(labels)
    return picture


def names(numbers: frozenset[int]) -> set[str]:
    return {CLASSES[number] for number in numbers}


def test_sources_keep_what_they_leave_open(tmp_path: Path) -> None:
    put(tmp_path, "roboflow_traffic_cones", "val", "a", "0 0.5 0.5 0.2 0.4\n")
    put(tmp_path, "negatives/road_frames", "val", "b", None)
    put(tmp_path, "roboflow_traffic_cones", "train", "c", "")
    empty, cones = read_folder(tmp_path, "val")
    assert (cones.source, cones.boxes.tolist()) == (
        "roboflow_traffic_cones",
        [[0.5, 0.5, 0.2, 0.4]],
    )
    assert "cone" in names(cones.exhaustive)
    assert "barrier" not in names(cones.exhaustive)
    assert (empty.source, len(empty.boxes), empty.exhaustive) == ("road_frames", 0, ALL)


def test_a_deer_is_also_an_animal(tmp_path: Path) -> None:
    put(tmp_path, "deer_easton", "val", "a", "8 0.5 0.5 0.2 0.2")
    [deer] = read_folder(tmp_path, "val")
    assert [CLASSES[number] for number in deer.classes] == ["animal", "deer"]
    assert np.all(deer.boxes == [0.5, 0.5, 0.2, 0.2])


def test_what_is_labelled_as_a_deer_counts_as_an_animal_once(tmp_path: Path) -> None:
    put(tmp_path, "drawn", "val", "a", "9 0.5 0.5 0.2 0.2\n8 0.2 0.2 0.1 0.1")
    put(tmp_path, "own", "val", "b", "9 0.5 0.5 0.2 0.2\n8 0.5 0.5 0.2 0.2")
    drawn, twice = read_folder(tmp_path, "val")
    assert [CLASSES[number] for number in drawn.classes] == ["deer", "animal", "animal"]
    assert drawn.boxes[2].tolist() == drawn.boxes[0].tolist()
    assert sorted(CLASSES[number] for number in twice.classes) == ["animal", "deer"]


def test_the_names_of_any_yaml_become_ours(tmp_path: Path) -> None:
    """Names are matched, other classes left out, polygons boxed, sources told by their files."""
    put(tmp_path, "own", "val", "x", "1 0.5 0.5 0.1 0.1\n0 0.5 0.5 0.3 0.3\n2 .1 .1 .3 .1 .3 .5")
    put(tmp_path, "own", "val", "roboflow_traffic_cones_0001", "")
    data = tmp_path / "data.yaml"
    data.write_text("val: own/images/val\nnames: {0: bicycle, 1: Traffic Cone, 2: cow}\n")
    known, own = read_yaml(data)
    assert [CLASSES[number] for number in own.classes] == ["cone", "animal"]
    assert own.boxes == pytest.approx(np.array([[0.5, 0.5, 0.1, 0.1], [0.2, 0.3, 0.2, 0.4]]))
    assert (own.source, names(own.exhaustive)) == ("own", {"cone", "animal"})
    assert (known.source, names(known.exhaustive)) == (
        "roboflow_traffic_cones",
        {"cone", "animal", "deer", "drum_barrel"},
    )
    data.write_text(data.read_text() + "exhaustive: {own: [Traffic Cone]}\n")
    assert names(read_yaml(data)[1].exhaustive) == {"cone"}


@pytest.mark.parametrize(
    "text", ["path: /another/machine\nval: images/val", "val: ../images/val", "val: images"]
)
def test_a_file_that_was_moved_is_still_understood(tmp_path: Path, text: str) -> None:
    put(tmp_path, "own", "val", "a", "1 0.5 0.5 0.1 0.1")
    put(tmp_path, "own", "val", "b", None)
    data = tmp_path / "own/data.yaml"
    data.write_text(f"{text}\nnames: [barrier, drum_barrel]\n")
    drum, empty = read_yaml(data)
    assert [CLASSES[number] for number in drum.classes] == ["drum_barrel"]
    assert len(empty.boxes) == 0


@pytest.mark.parametrize(
    ("text", "labels", "said"),
    [
        ("val: own/images/val\nnames: [car, bus]", "", "none of its classes"),
        ("names: [cone]", "", "no `val:`, but no split at all"),
        ("test: own/images/val\nnames: [cone]", "", "no `val:`, but test"),
        ("val: nowhere\nnames: [cone]", "", "nowhere"),
        ("just words", "", "no YOLO data set"),
        ("val: [unclosed", "", "cannot be read"),
        ("val: own/images/val\nnames: [cone]", "3 0.5 0.5 0.1 0.1", "a.txt, line 1"),
        ("val: own/images/val\nnames: [cone]", "0 0.5 0.5 0.1 7", "a.txt, line 1"),
        ("val: own/images/val\nnames: [cone]\nexhaustive: {own: [x]}", "", "exhaustive: own"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, labels: str, said: str) -> None:
    put(tmp_path, "own", "val", "a", labels)
    data = tmp_path / "data.yaml"
    data.write_text(text)
    with pytest.raises(LabelsError, match=said) as caught:
        read_yaml(data)
    assert "\n" not in str(caught.value)


def test_names_of_others() -> None:
    assert class_number("Traffic-Cone ") == CLASSES.index("cone")
    assert class_number("Drums") == CLASSES.index("drum_barrel")
    assert class_number("Temporary Traffic Control Sign") == CLASSES.index("roadwork_sign")
    assert class_number("cow") == CLASSES.index("animal")
    assert class_number("fire hydrant") is None


def test_the_real_sources(shared: Path) -> None:
    pictures = read_folder(shared, "val")
    boxes = {kind: sum((p.classes == i).sum() for p in pictures) for i, kind in enumerate(CLASSES)}
    assert boxes["cone"] == 79
    assert boxes["pothole"] == 463
    assert boxes["deer"] == 9
    assert all(p.exhaustive.issuperset(p.classes.tolist()) for p in pictures)
