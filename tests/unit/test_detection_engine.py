"""The whole engine on real weights and real pictures."""

import io
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from detection.backends.yolo import Yolo
from detection.decode import Reason, Rejection
from detection.engine import FrameResult
from detection.manifest import SHIPPED, ManifestError, load_manifest
from detection.privacy import Private
from tests.shipped_models import CONFIG, REPOSITORY, SHARED, needs_weights

COCO = SHARED / "coco_subset/images/val"

pytestmark = needs_weights
needs_pictures = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the optional data folder is absent"
)


def _jpeg(width: int = 640, height: int = 360, seed: int = 3) -> bytes:
    random = np.random.default_rng(seed)
    coarse = Image.fromarray(random.integers(0, 255, (9, 16, 3), np.uint8))
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera Maker"
    stream = io.BytesIO()
    coarse.resize((width, height), Image.Resampling.NEAREST).save(stream, "JPEG", exif=exif)
    return stream.getvalue()


def _used(result: FrameResult | Rejection) -> FrameResult:
    assert isinstance(result, FrameResult)
    return result


def test_a_bad_picture_does_not_touch_its_neighbours(engine):
    good = _jpeg()

    first, bad, cut, second = engine.process([good, b"not a picture", good[:3000], good])

    assert isinstance(bad, Rejection)
    assert bad.reason is Reason.NOT_AN_IMAGE
    assert isinstance(cut, Rejection)
    assert cut.reason is Reason.TRUNCATED
    assert _used(first).phash == _used(second).phash
    assert engine.process([]) == []


def test_the_stored_copy_is_small_and_has_no_metadata(engine):
    [result] = engine.process([_jpeg(2560, 1440)])

    result = _used(result)
    with Image.open(io.BytesIO(result.blurred_jpeg)) as copy:
        assert copy.format == "JPEG"
        assert copy.size == (result.width_px, result.height_px) == (1920, 1080)
        assert not copy.getexif()
    assert b"Secret" not in result.blurred_jpeg


def test_receipts_name_models_and_thresholds(engine):
    receipt = _used(engine.process([_jpeg()])[0]).receipt

    assert receipt.face_model.startswith("centerface-1-")
    assert receipt.plate_model.startswith("fastanpr-plates-1-")
    assert receipt.person_model.split("+")[0] == "yolo26n-coco-1-9b09cc8b"
    assert max(receipt.face_threshold, receipt.plate_threshold, receipt.person_threshold) <= 0.2


@needs_pictures
def test_animals_are_found_with_their_boxes(engine):
    """Elephants and zebras of the validation pictures, against their hand-made boxes."""
    for name, kind in (("coco_subset_0014", "elephant"), ("coco_subset_0000", "animal")):
        result = _used(engine.process([(COCO / f"{name}.jpg").read_bytes()])[0])
        best = result.detections[0]
        assert best.kind == kind
        assert best.score > 0.8
        labels = (SHARED / f"coco_subset/labels/val/{name}.txt").read_text().splitlines()
        middles = [tuple(map(float, line.split()[1:3])) for line in labels]
        x, y = (best.left + best.right) / 2, (best.top + best.bottom) / 2
        assert min(abs(x - a) + abs(y - b) for a, b in middles) < 0.05


@needs_pictures
def test_the_same_bytes_give_the_same_answer_alone_and_in_company(engine):
    paths = sorted(COCO.glob("*.jpg"))[:4]
    images = [path.read_bytes() for path in paths]

    together = engine.process([*images, b"junk"])[: len(images)]
    alone = [engine.process([image])[0] for image in images]

    for one, other in zip(together, alone, strict=True):
        assert replace(_used(one), blurred_jpeg=b"") == replace(_used(other), blurred_jpeg=b"")


@needs_pictures
def test_people_and_plates_are_blurred_and_reported_as_context(engine):
    """A car park with two people (whose faces are turned away) and the back of a car."""
    image = (COCO / "coco_subset_0067.jpg").read_bytes()

    result = _used(engine.process([image])[0])

    assert [item.label for item in result.context].count("person") == 2
    assert result.detections == ()
    heads = [region for region in result.receipt.regions if region.what is Private.HEAD]
    assert len(heads) >= 2
    assert any(region.what is Private.PLATE for region in result.receipt.regions)
    before = np.asarray(Image.open(io.BytesIO(image)).convert("L"), float)
    after = np.asarray(Image.open(io.BytesIO(result.blurred_jpeg)).convert("L"), float)
    head = heads[0]
    rows = slice(int(head.top * 480) + 4, int(head.bottom * 480) - 4)
    columns = slice(int(head.left * 640) + 4, int(head.right * 640) - 4)
    detail_before = np.abs(np.diff(before[rows, columns])).mean()
    assert np.abs(np.diff(after[rows, columns])).mean() < detail_before / 2


@needs_pictures
def test_faces_are_found(engine):
    """Two children who look at the camera; the places of their faces were read off by eye."""
    image = (SHARED / "coco_subset/images/train/coco_subset_0028.jpg").read_bytes()
    with Image.open(io.BytesIO(image)) as picture:
        width, height = picture.size

    result = _used(engine.process([image])[0])

    faces = [region for region in result.receipt.regions if region.what is Private.FACE]
    for x, y in ((438, 154), (302, 114)):
        assert any(
            face.left < (x - 20) / width
            and face.right > (x + 20) / width
            and face.top < (y - 25) / height
            and face.bottom > (y + 25) / height
            and face.right - face.left < 0.3
            for face in faces
        )


def test_weights_that_know_other_classes_are_refused():
    model = replace(load_manifest(SHIPPED).plates, classes=("face",))

    with pytest.raises(ManifestError, match="License_Plate"):
        Yolo(model, threshold=0.2, device="cpu", threads=1, config_dir=CONFIG)


def test_a_pickle_that_runs_code_is_not_run(tmp_path):
    import torch  # noqa: PLC0415

    class Trap:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "sprung",))

    torch.save({"model": Trap()}, tmp_path / "trap.pt")
    model = replace(load_manifest(SHIPPED).plates, path=tmp_path / "trap.pt", sha256="0" * 64)

    with pytest.raises(ManifestError, match="cannot load the model"):
        Yolo(model, threshold=0.2, device="cpu", threads=1, config_dir=CONFIG)
    assert not (tmp_path / "sprung").exists()


def test_the_command_line_prints_a_line_per_picture(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.jpg").write_bytes(_jpeg())
    (tmp_path / "in/b.png").write_bytes(b"junk")
    command = [sys.executable, "-m", "detection", str(tmp_path / "in")]
    command += ["--out", str(tmp_path / "out"), "--device", "cpu"]

    done = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, check=False)

    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert [Path(line["path"]).name for line in lines] == ["a.jpg", "b.png"]
    assert lines[0]["width_px"] == 640
    assert lines[1]["reason"] == "not_an_image"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.jpg"]
