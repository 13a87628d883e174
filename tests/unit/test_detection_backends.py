"""Every backend sees what ultralytics itself sees, on real pictures."""

import os
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from detection.backends.network import Backend, EightBits
from detection.backends.runtime import fastest
from detection.backends.yolo import Found, Yolo
from detection.boxes import intersection_over_union
from detection.manifest import SHIPPED, Model, Precision, load_manifest
from tests.shipped_models import CAT, CONFIG, REPOSITORY, SHARED, needs_weights

THRESHOLD = 0.25

pytestmark = needs_weights


@pytest.fixture(scope="module")
def coco() -> Model:
    return load_manifest(SHIPPED).hazards.models[0]


@pytest.fixture(scope="module")
def pictures() -> list[np.ndarray]:
    """A photograph of a cat, and where there are any, pictures of roads and animals."""
    folders = ("coco_subset/images/val", "gps_frames/driving_sequences")
    more = [path for name in folders for path in sorted((SHARED / name).glob("*.jpg"))[:4]]
    paths = [path for path in [CAT, *more] if path.exists()]
    if not paths:
        pytest.skip("neither the photograph nor the optional data folder is there")
    return [np.asarray(Image.open(path).convert("RGB")) for path in paths]


def _yolo(model: Model, backend: Backend, precision: Precision = Precision.FLOAT32) -> Yolo:
    return Yolo(
        replace(model, precision=precision),
        threshold=THRESHOLD,
        device="cpu",
        threads=1,
        config_dir=CONFIG,
        backend=backend,
    )


def _pairs(one: Found, other: Found) -> list[tuple[float, float]]:
    """For each box of one: overlap with and score of its counterpart, of the same label."""
    pairs = []
    for box, label in zip(one.boxes, one.labels, strict=True):
        rows = other.boxes[[name == label for name in other.labels]]
        overlaps = intersection_over_union(box, rows)
        best = int(overlaps.argmax()) if len(rows) else None
        pairs.append((0.0, 0.0) if best is None else (overlaps[best], rows[best, 4] - box[4]))
    return pairs


def _borderline(found: Found) -> int:
    return int((abs(found.boxes[:, 4] - THRESHOLD) < 0.01).sum())


def test_all_backends_answer_as_ultralytics_does(coco, pictures):
    """Boxes and scores within 1 % of those of its own predict(), and no box more or less."""
    yolos = [_yolo(coco, backend) for backend in Backend]
    answers = [yolo.find(pictures) for yolo in yolos]
    from ultralytics import YOLO  # noqa: PLC0415 - the backend has made it safe by now

    reference = YOLO(str(coco.path), task="detect")
    seen = 0
    for number, picture in enumerate(pictures):
        bgr = np.ascontiguousarray(picture[:, :, ::-1])
        [result] = reference.predict(bgr, imgsz=640, conf=THRESHOLD, device="cpu", verbose=False)
        rows = np.column_stack([result.boxes.xyxy.numpy(), result.boxes.conf.numpy()])
        labels = tuple(coco.classes[int(one)] for one in result.boxes.cls)
        expected = Found(rows.astype(np.float32), labels)
        seen += len(rows)
        for backend in answers:
            assert abs(len(backend[number].boxes) - len(rows)) <= _borderline(expected)
            for overlap, off in _pairs(expected, backend[number]):
                assert overlap > 0.99
                assert abs(off) < 0.01
    assert seen >= len(pictures) / 2


@pytest.fixture(scope="module")
def hazards() -> list[np.ndarray]:
    """Labelled pictures of cones and barriers, for the road network."""
    folders = ("roboflow_traffic_cones", "indian_road_obstacles")
    paths = [p for name in folders for p in sorted((SHARED / name / "images/val").glob("*"))[:8]]
    if not paths:
        pytest.skip("the optional data folder is not there")
    return [np.asarray(Image.open(path).convert("RGB")) for path in paths]


@pytest.fixture(scope="module", params=[(0, "pictures"), (1, "hazards")], ids=["coco", "road"])
def exact(request) -> tuple[Model, list[np.ndarray], list[Found]]:
    """A network, pictures for it, and what it sees in them with numbers of full length."""
    number, shown = request.param
    model, pictures = load_manifest(SHIPPED).hazards.models[number], request.getfixturevalue(shown)
    return model, pictures, _yolo(model, Backend.ONNXRUNTIME).find(pictures)


@pytest.mark.parametrize(
    ("precision", "most"), [(Precision.BFLOAT16, 0.01), (Precision.INT8, 0.02)]
)
def test_coarse_numbers_change_little_of_what_is_seen(exact, precision, most):
    """In the median; single scores move more, and no thing well seen is lost (docs/adr/0050)."""
    model, pictures, found = exact
    assert model.coarsest is Precision.INT8
    rough = _yolo(model, Backend.OPENVINO, precision).find(pictures)

    pairs = [pair for one, other in zip(found, rough, strict=True) for pair in _pairs(one, other)]
    overlaps, offs = np.array(pairs).T
    assert np.median(overlaps) > 0.985
    assert np.median(abs(offs)) < most
    sure = np.concatenate([one.boxes[:, 4] for one in found]) > 0.5
    assert overlaps[sure].min() > 0.8


def test_a_batch_gives_what_each_picture_gives_alone(coco, pictures):
    """As on a GPU, where pictures of one size run together."""
    yolo = _yolo(coco, Backend.PYTORCH)
    alone = yolo.find(pictures[:3])
    yolo._net.batches = True
    together = yolo.find([*pictures[:3], pictures[0]])

    for one, other in zip([*alone, alone[0]], together, strict=True):
        assert one.labels == other.labels
        assert np.allclose(one.boxes, other.boxes, atol=1e-2)
    scores = together[0].boxes[:, 4]
    assert all(a >= b for a, b in pairwise(scores))


@pytest.mark.parametrize("module", ["backends.openvino", "ranges"])
def test_openvino_reports_to_nobody(module, tmp_path):
    """Left alone it makes a folder for its telemetry at home, and sends a line at each import."""
    program = (
        f"import sys, detection.{module}; assert 'openvino' in sys.modules; "
        "assert sys.modules['openvino_telemetry'] is None"
    )

    subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        cwd=REPOSITORY,
        env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]},
    )

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("coarsest", Precision)
def test_the_arithmetic_is_chosen_that_is_faster_here(coarsest):
    """A processor may have bfloat16 and compute slower in it; nothing coarser is taken."""
    backend, precision = fastest(coarsest, "cpu")
    assert list(Precision).index(precision) <= list(Precision).index(coarsest)
    exact = precision is Precision.FLOAT32
    assert backend is (Backend.ONNXRUNTIME if exact else Backend.OPENVINO)
    assert fastest(coarsest, "cuda:0") == (Backend.PYTORCH, Precision.FLOAT32)


@pytest.mark.skipif(
    "avx512_vnni" not in Path("/proc/cpuinfo").read_text(),
    reason="only a processor with AVX512-VNNI can act as one without",
)
def test_8_bits_are_not_chosen_where_their_sums_overflow():
    """As on servers with AVX-512 from before VNNI, where they are faster and wrong."""
    program = "from detection.backends.openvino import *; print(quickest(Precision.INT8))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        cwd=REPOSITORY,
        env=os.environ | {"ONEDNN_MAX_CPU_ISA": "AVX512_CORE"},
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() != "int8"


def test_without_ranges_there_are_no_8_bits(coco):
    assert replace(coco, eight_bits=EightBits()).coarsest is Precision.BFLOAT16
