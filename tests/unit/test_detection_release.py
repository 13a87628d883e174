"""Own weights are pinned beside the shipped ones, or nothing changes."""

import json
from pathlib import Path
from typing import Any

import onnx
import pytest
from onnx import TensorProto, helper

from detection.far import FarCrop
from detection.fetch import sha256_of
from detection.manifest import ManifestError, load_manifest
from detection.release import KINDS, THRESHOLD, ReleaseError, main, release
from hazardmap.core import kinds
from hazardmap.core.operation.promotion import metrics_from_json
from tests.made_up_manifest import manifest_of


def _weights(path: Path, classes: list[str], says: str = "") -> Path:
    """A network that returns the picture; what it computes does not matter here."""
    shape = [1, 3, 640, 640]
    graph = helper.make_graph(
        [helper.make_node("Identity", ["images"], ["output0"])],
        "net",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("output0", TensorProto.FLOAT, shape)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    helper.set_model_props(model, {"names": str(dict(enumerate(classes))), "description": says})
    onnx.save(model, path)
    return path


@pytest.fixture
def manifest(tmp_path):
    return manifest_of(tmp_path / "weights", ["hazards", "faces", "plates"])


def _measured(weights: Path, cone: float) -> Path:
    """As the evaluation writes it: cones are found on real pictures, drums on drawn ones only."""
    folder = weights.with_name("report")
    folder.mkdir(exist_ok=True)
    (folder / "report.json").write_text(json.dumps(_report(weights, cone)))
    return folder


def _report(weights: Path, cone: float) -> dict[str, Any]:
    def row(kind: str, source: str, low: float, boxes: int = 30) -> dict[str, Any]:
        ap50 = {"value": low + 0.02, "low": low, "high": low + 0.04}
        return {"kind": kind, "source": source, "boxes": boxes, "ap50": ap50}

    return {
        "sha256": sha256_of(weights),
        "benchmark": "val-0123456789ab",
        "imgsz": 960,
        "far_crop": {"part": [0.2, 0.3, 0.8, 0.7], "from_px": 1000},
        "mirrored": True,
        "thresholds": {"drum_barrel": 0.4},
        "kinds": [
            row("cone", "real", cone),
            row("cone", "drawn", 0.5),
            row("drum_barrel", "drawn", 0.93),
            row("worker", "real", 0.9, boxes=2),
            row("debris", "real", 0.1),
            row("debris", "drawn", 0.2, boxes=29),
        ],
        "false_alarms": {"per_frame": {"value": 0.01, "low": 0.004, "high": 0.02}},
    }


def test_released_weights_join_the_models_and_a_later_release_replaces_them(manifest, tmp_path):
    weights = _weights(tmp_path / "best.onnx", list(KINDS))

    release(weights, _measured(weights, 0.9), manifest=manifest)
    label = release(weights, _measured(weights, 0.91), manifest=manifest, version="2")

    hazards = load_manifest(manifest).hazards
    assert [model.name for model in hazards.models] == ["hazards-net", "road"]
    road = hazards.models[1]
    assert label == hazards.label
    assert road.label in label
    assert (road.version, road.licence, road.classes) == ("2", "AGPL-3.0", tuple(KINDS))
    assert road.path == manifest.parent / "road.onnx"
    table = json.loads((manifest.parent / "recall.json").read_text())
    assert table == {"version": "hazards-net-2+road-2", "measured": False}
    assert (road.long_side_px, road.far_crop) == (960, FarCrop(0.2, 0.3, 0.8, 0.7, 1000))
    assert road.mirrored
    assert (road.threshold_of("drum_barrel"), road.threshold_of("cone")) == (0.4, THRESHOLD)
    metrics = json.loads((manifest.parent / "metrics.json").read_text())
    assert metrics_from_json(metrics).model == label
    assert metrics["benchmark"] == "val-0123456789ab"
    assert {kind: found["low"] for kind, found in metrics["ap50"].items()} == {
        "cone": 0.91,
        "drum": 0.93,
        "debris": 0.1,
    }, "what is not claimed may not get worse either; two boxes say nothing"
    assert set(KINDS.values()) <= kinds.KINDS.keys()


def test_a_release_that_is_broken_off_is_refused_by_engines_and_repaired_by_the_next(
    manifest, tmp_path, monkeypatch
):
    first = _weights(tmp_path / "best.onnx", list(KINDS))
    release(first, _measured(first, 0.9), manifest=manifest)
    before = manifest.read_text()
    second = _weights(tmp_path / "better.onnx", list(KINDS), says="better")
    renamed = []

    def replace(path, target):
        if renamed:
            raise KeyboardInterrupt
        renamed.append(target)
        return path.rename(target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", replace)
        with pytest.raises(KeyboardInterrupt):
            release(second, _measured(second, 0.9), manifest=manifest)
    assert manifest.read_text() == before
    with pytest.raises(ManifestError, match="not the ones that the manifest pins"):
        load_manifest(manifest)

    label = release(second, _measured(second, 0.9), manifest=manifest)
    assert load_manifest(manifest).hazards.label == label


def test_weights_that_know_something_else_change_nothing(manifest, tmp_path, capsys):
    before = manifest.read_text()
    weights = _weights(tmp_path / "best.onnx", ["cat"])
    folder = _measured(weights, 0.9)
    command = ["--weights", str(weights), "--measured", str(folder)]

    assert main([*command, "--manifest", str(manifest)]) == 1

    assert "knows the classes ['cat']" in capsys.readouterr().err
    assert manifest.read_text() == before
    assert not (manifest.parent / "road.onnx").exists()
    (folder / "report.json").write_text("{}")
    assert main([*command, "--manifest", str(manifest)]) == 1
    assert "about other weights" in capsys.readouterr().err
    weights.write_bytes(bytes(12_000_001))
    with pytest.raises(ReleaseError, match="more than 12000000"):
        release(weights, folder, manifest=manifest)
