"""Own weights are pinned beside the shipped ones, or nothing changes."""

import json
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper

from detection.manifest import load_manifest
from detection.release import KINDS, ReleaseError, main, release
from hazardmap.core import kinds
from tests.unit.test_detection_manifest import _manifest


def _weights(path: Path, classes: list[str]) -> Path:
    """A network that returns the picture; what it computes does not matter here."""
    shape = [1, 3, 640, 640]
    graph = helper.make_graph(
        [helper.make_node("Identity", ["images"], ["output0"])],
        "net",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("output0", TensorProto.FLOAT, shape)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    helper.set_model_props(model, {"names": str(dict(enumerate(classes)))})
    onnx.save(model, path)
    return path


@pytest.fixture
def manifest(tmp_path):
    return _manifest(tmp_path / "weights", ["hazards", "faces", "plates"])


def test_released_weights_join_the_models_and_a_later_release_replaces_them(manifest, tmp_path):
    weights = _weights(tmp_path / "best.onnx", list(KINDS))

    release(weights, {"ap50_cone": 0.9}, manifest=manifest)
    label = release(weights, {"ap50_cone": 0.91}, manifest=manifest, version="2")

    hazards = load_manifest(manifest).hazards
    assert [model.name for model in hazards.models] == ["hazards-net", "road"]
    road = hazards.models[1]
    assert label == hazards.label
    assert road.label in label
    assert (road.version, road.licence, road.classes) == ("2", "AGPL-3.0", tuple(KINDS))
    assert road.path == manifest.parent / "road.onnx"
    table = json.loads((manifest.parent / "recall.json").read_text())
    assert table == {"version": "hazards-net-2+road-2", "measured": False}
    assert '"ap50_cone\\": 0.91' in manifest.read_text()
    assert set(KINDS.values()) <= kinds.KINDS.keys()


def test_weights_that_know_something_else_change_nothing(manifest, tmp_path, capsys):
    before = manifest.read_text()
    weights = _weights(tmp_path / "best.onnx", ["cat"])
    (tmp_path / "metrics.json").write_text("{}")
    command = ["--weights", str(weights), "--metrics", str(tmp_path / "metrics.json")]

    assert main([*command, "--manifest", str(manifest)]) == 1

    assert "knows the classes ['cat']" in capsys.readouterr().err
    assert manifest.read_text() == before
    assert not (manifest.parent / "road.onnx").exists()
    weights.write_bytes(bytes(12_000_001))
    with pytest.raises(ReleaseError, match="more than 12000000"):
        release(weights, {}, manifest=manifest)
