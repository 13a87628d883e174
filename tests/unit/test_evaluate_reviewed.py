"""What a review changes in the labels of animals; nothing but its own figures rests on it."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from detection.evaluate import records
from detection.evaluate.measure import measure, sample
from detection.evaluate.reviewed import REVIEW, Review, read_review, reviewed
from detection.fetch import sha256_of
from detection.labelled import ALL, ANIMAL, DEER, LabelledPicture, LabelsError, read_folder
from tests.bench import accuracy
from tests.evaluated import picture, reported

FLOCK, FIRST, SECOND = (0.5, 0.5, 0.8, 0.4), (0.3, 0.5, 0.2, 0.4), (0.7, 0.5, 0.2, 0.4)
ENTRY = """
looked_at = 2
[[picture]]
source = "made_up"
file = "flock.jpg"
sha256 = "{sha256}"
size_px = [100, 50]
out = [{{box = [10, 15, 90, 35], why = "a flock in one box"}}]
put = [{{box = [20, 15, 40, 35], why = "sheep"}}, {{box = [60, 15, 80, 35], why = "sheep"}}]
"""


def flock(tmp_path: Path) -> LabelledPicture:
    path = tmp_path / "flock.jpg"
    Image.new("RGB", (100, 50)).save(path)
    return replace(picture("flock", [(ANIMAL, FLOCK), (DEER, FLOCK)]), path=path)


def review(tmp_path: Path, text: str = ENTRY) -> Review:
    path = tmp_path / "reviewed.toml"
    path.write_text(text.format(sha256=sha256_of(flock(tmp_path).path)))
    return read_review(path)


def test_a_flock_becomes_its_animals(tmp_path: Path) -> None:
    """Beside the delivered figure, which stays what it is, as do thresholds and calibration."""
    pictures = [
        picture("other", [(ANIMAL, FIRST)]),
        flock(tmp_path),
        replace(picture("learned", [(ANIMAL, FIRST)]), split="train"),
        picture("drawn", [(ANIMAL, FIRST)], source="drawn"),
        picture("potholes", exhaustive=ALL - {ANIMAL}),
    ]
    answers = [reported((ANIMAL, 0.9, FIRST), (ANIMAL, 0.8, SECOND))] * 5
    of = sample(pictures, answers)
    plain, beside = measure(of, ALL), measure(of, ALL, review=review(tmp_path))
    [again] = [row for row in beside.kinds if row.source == "reviewed"]
    assert (again.kind, again.boxes, again.pictures) == ("animal", 3, 2)
    [real] = [row for row in beside.kinds if (row.kind, row.source) == ("animal", "real")]
    assert real.boxes == 2
    assert real.ap50.value < 0.9 < again.ap50.value
    others = [row for row in beside.kinds if row is not again]
    assert str(others) == str(list(plain.kinds)), "as text, in which NaN is NaN"
    assert np.array_equal(beside.working.shipped, plain.working.shipped)
    assert beside.by_height == plain.by_height
    report = json.loads(json.dumps(records.report_json(beside, None, {})))
    named = {each["measure"]: each["value"] for each in accuracy.figures(report)}
    assert named["ap50_animal_reviewed"] == pytest.approx(again.ap50.value, abs=1e-4)
    assert named["ap50_animal"] == pytest.approx(real.ap50.value, abs=1e-4)


def test_boxes_are_in_shares_and_other_classes_stay(tmp_path: Path) -> None:
    found = reviewed([flock(tmp_path), picture("other")], review(tmp_path))
    assert found is not None
    [changed, other], looked_at = found
    assert looked_at.tolist() == [True, True]
    assert changed.classes.tolist() == [DEER, ANIMAL, ANIMAL]
    assert changed.boxes == pytest.approx(np.array([FLOCK, FIRST, SECOND]))
    assert len(other.boxes) == 0


def test_other_pictures_than_those_of_the_review_have_no_such_figure(tmp_path: Path) -> None:
    seen = review(tmp_path)
    assert reviewed([flock(tmp_path)], seen) is None, "one of the two is not there"
    assert reviewed([picture("a"), picture("b")], seen) is None, "nor the one that is put right"
    assert reviewed([flock(tmp_path), picture("a"), picture("b")], seen) is None, "one too many"
    assert reviewed([], read_review()) is None


def test_another_picture_of_that_name_is_refused(tmp_path: Path) -> None:
    seen = review(tmp_path)
    pictures = [flock(tmp_path), picture("other")]
    Image.new("RGB", (100, 50), "red").save(pictures[0].path)
    with pytest.raises(LabelsError, match=r"flock\.jpg is another picture"):
        reviewed(pictures, seen)


def test_other_labels_than_those_delivered_are_refused(tmp_path: Path) -> None:
    moved = replace(flock(tmp_path), boxes=np.array([FIRST, FLOCK]))
    with pytest.raises(LabelsError, match="no such box"):
        reviewed([moved, picture("other")], review(tmp_path))


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ("looked_at = 2", "", "'looked_at' is missing"),
        ('file = "flock.jpg"', "", "'file' is missing"),
        ("[100, 50]", "[100]", "unpack"),
        ("[20, 15, 40, 35]", "[40, 15, 20, 35]", "none in 100 x 50"),
        ("[20, 15, 40, 35]", "[20, 15, 101, 35]", "none in 100 x 50"),
        ("[20, 15, 40, 35]", "[20, 15, 40]", "unpack"),
        ('why = "sheep"}}, ', 'why = ""}}, ', "without a reason"),
        ("[[picture]]", "[[picture", "reviewed.toml cannot be used"),
    ],
)
def test_bad_reviews(tmp_path: Path, good: str, bad: str, said: str) -> None:
    assert good in ENTRY
    with pytest.raises(LabelsError, match=said):
        review(tmp_path, ENTRY.replace(good, bad, 1))


def test_no_picture_stands_in_it_twice(tmp_path: Path) -> None:
    with pytest.raises(LabelsError, match="twice"):
        review(tmp_path, ENTRY + ENTRY.replace("looked_at = 2", ""))


def test_the_review_fits_the_delivered_data(shared: Path) -> None:
    pictures = read_folder(shared, "val")
    found = reviewed(pictures, read_review(REVIEW))
    assert found is not None
    delivered, again = (
        sum(int((each.classes == ANIMAL).sum()) for each in group) for group in (pictures, found[0])
    )
    assert (delivered, again) == (109, 181)
