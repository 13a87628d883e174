"""Convolutions in 8 bits: what they lose, what stays exact, and what their ranges rest on."""

import json

import numpy as np
import openvino as ov
import pytest
from openvino import opset13 as opset
from PIL import Image

from detection.backends.eight_bits import join_swish, quantise
from detection.backends.network import EightBits
from detection.manifest import SHIPPED, load_manifest
from detection.ranges import main, measured, some_of
from tests.shipped_models import needs_weights

RANGES = {"shown": (0.0, 1.0), "first": (-0.2785, 4.0), "second": (-0.2785, 2.0)}


def _model() -> ov.Model:
    """Two layers that read the picture, joined for a third, and a depthwise one behind it."""
    dice = np.random.default_rng(7)

    def layer(value, name: str, inputs: int):
        kernels = opset.constant(dice.normal(0, 0.3, (8, inputs, 3, 3)).astype(np.float32))
        found = opset.convolution(value, kernels, [1, 1], [1, 1], [1, 1], [1, 1])
        found.set_friendly_name(f"{name}/convolution")
        swish = opset.multiply(found, opset.sigmoid(found))
        swish.set_friendly_name(name)
        return swish

    shown = opset.parameter([1, 3, 16, 16], np.float32, name="shown")
    joined = opset.concat([layer(shown, "first", 3), layer(shown, "second", 3)], 1)
    third = layer(joined, "third", 16)
    kernels = opset.constant(dice.normal(0, 0.3, (8, 1, 1, 3, 3)).astype(np.float32))
    last = opset.group_convolution(third, kernels, [1, 1], [1, 1], [1, 1], [1, 1])
    last.set_friendly_name("last/convolution")
    return ov.Model([last], [shown])


def _answer(model: ov.Model) -> np.ndarray:
    picture = np.random.default_rng(1).random((1, 3, 16, 16)).astype(np.float32)
    compiled = ov.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return next(iter(compiled([picture]).values()))


def _rounded(model: ov.Model) -> dict[str, list[float]]:
    """Layer whose results are rounded -> the ends of its steps."""
    return {
        node.input_value(0).get_node().get_friendly_name(): [
            float(node.input_value(end).get_node().get_data()) for end in (1, 2)
        ]
        for node in model.get_ops()
        if node.get_type_name() == "FakeQuantize" and not node.input_value(1).get_shape()
    }


def test_8_bits_change_an_answer_by_little():
    """Each rounding is off by half a step at most: some hundredths of what comes out."""
    exact = _answer(_model())
    model = _model()
    ranges = RANGES | {"third": (-0.2785, 6.0)}
    assert quantise(model, EightBits(ranges)) == 4

    rough = _answer(model)
    assert 0 < np.abs(rough - exact).max() < 0.05 * np.abs(exact).max()
    assert np.sqrt(((rough - exact) ** 2).mean()) < 0.01 * exact.std() + 0.01


def test_what_is_joined_has_the_same_steps_and_zero_is_one():
    model = _model()
    quantise(model, EightBits(RANGES))

    rounded = _rounded(model)
    assert rounded.keys() == RANGES.keys()
    assert rounded["first"] == rounded["second"]
    low, high = rounded["first"]
    step = (high - low) / 255
    assert low / step == pytest.approx(round(low / step), abs=1e-4)
    assert low == pytest.approx(-0.2785, abs=step)
    assert high == pytest.approx(4.0, abs=step)


def test_layers_named_exact_and_those_without_ranges_stay_as_they_are():
    model = _model()
    assert quantise(model, EightBits(RANGES, exact=("third/",))) == 2
    assert _rounded(model).keys() == {"shown"}

    model = _model()
    assert quantise(model, EightBits()) == 0
    assert np.allclose(_answer(model), _answer(_model()), atol=1e-5)


def test_x_times_its_sigmoid_becomes_one_operation():
    model = _model()
    exact = _answer(model)
    join_swish(model)

    kinds = [node.get_type_name() for node in model.get_ops()]
    assert kinds.count("Swish") == 3
    assert "Sigmoid" not in kinds
    assert np.allclose(_answer(model), exact, atol=1e-5)


@needs_weights
def test_everything_that_is_shipped_has_its_ranges():
    """Without them the networks would still run, in twice the time."""
    shipped = load_manifest(SHIPPED)

    for model in (*shipped.hazards.models, shipped.plates, shipped.faces):
        assert model.coarsest == "int8", model.name
        assert len(model.eight_bits.ranges) > 40, model.name


@needs_weights
def test_ranges_are_measured_on_pictures(tmp_path):
    """A white and a black picture reach the ends of what a face network is shown."""
    for name, level in (("white.png", 255), ("black.png", 0)):
        Image.new("RGB", (96, 64), (level, level, level)).save(tmp_path / name)
    faces = load_manifest(SHIPPED).faces

    ranges = measured(faces, some_of([tmp_path], 12))
    assert ranges.keys() == faces.eight_bits.ranges.keys()
    assert ranges["input.1"] == (0.0, pytest.approx(255 * 0.9, abs=1e-3))
    assert all(low <= high for low, high in ranges.values())


def test_pictures_are_spread_over_a_folder(tmp_path):
    for number in range(9):
        (tmp_path / f"{number}.jpg").touch()
    (tmp_path / "0.txt").touch()

    assert [path.stem for path in some_of([tmp_path], 3)] == ["0", "4", "8"]
    assert len(some_of([tmp_path], 100)) == 9


def test_the_command_says_what_is_wrong(tmp_path, capsys):
    manifest = tmp_path / "manifest.toml"
    manifest.write_text("")

    assert main(["--manifest", str(manifest), "--pictures", str(tmp_path)]) == 1
    assert f"there are no pictures in {tmp_path}" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        main(["--manifest", str(manifest), "--pictures", str(tmp_path), "--each", "0"])
    assert "--each must be 1 or more" in capsys.readouterr().err


def test_the_command_writes_ranges_beside_the_manifest(tmp_path, capsys):
    """Of models that bear 8 bits; those of other weights are gone then."""
    Image.new("RGB", (8, 8)).save(tmp_path / "one.png")
    manifest = tmp_path / "manifest.toml"
    manifest.write_text("")
    (tmp_path / "ranges.json").write_text(json.dumps({"of others": {"layer": [0, 1]}}))

    assert main(["--manifest", str(manifest), "--pictures", str(tmp_path)]) == 0
    assert json.loads((tmp_path / "ranges.json").read_text()) == {}
    assert capsys.readouterr().out == f"written: {tmp_path / 'ranges.json'}\n"
