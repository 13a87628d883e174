"""Convolutions in 8-bit integers, which processors with VNNI or AMX multiply four times as fast.

Uniform affine quantisation as Jacob et al. 2018 (arXiv:1712.05877) describe it: a layer's results
have 256 steps over the range that was measured for them (detection/ranges.py), the weights of each
output channel 255 steps on both sides of zero. OpenVINO is told where by FakeQuantize operations
and does the rest. Results that are joined share their range, so that joining them costs nothing.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np
from openvino import Model, Node, Output
from openvino import opset13 as opset

from detection.backends.network import EightBits

CONVOLUTIONS: Final = {"Convolution", "GroupConvolution"}
# What only moves values, or picks some: its results lie on the steps of what it was given.
MOVES: Final = {"Concat", "MaxPool", "VariadicSplit", "Split", "Interpolate"}
STEPS: Final = 255


def quantise(model: Model, how: EightBits) -> int:
    """Have a model computed in 8 bits where the ranges are known; to how many convolutions that
    applies. The model is changed."""
    join_swish(model)
    convolutions = [
        (layer, reads)
        for layer, reads in convolutions_of(model, how.exact)
        if reads.keys() <= how.ranges.keys()
    ]
    ranges = _shared(how.ranges, [list(reads) for _, reads in convolutions])
    maps = {name: value for _, reads in convolutions for name, value in reads.items()}
    for name, value in maps.items():
        _quantise_maps(value, *ranges[name])
    for layer, _ in convolutions:
        _quantise_weights(layer)
    model.validate_nodes_and_infer_types()
    return len(convolutions)


def convolutions_of(model: Model, exact: Iterable[str]) -> list[tuple[Node, Mapping[str, Output]]]:
    """The convolutions of a model that are not to stay exact, each with the results that it reads,
    by the name of the layer they come out of."""
    return [
        (layer, dict(_sources(layer.input_value(0))))
        for layer in model.get_ordered_ops()
        if layer.get_type_name() in CONVOLUTIONS
        and not layer.get_friendly_name().startswith(tuple(exact))
    ]


def join_swish(model: Model) -> None:
    """Make x · sigmoid(x) one operation: left as two, it would fall between the steps of its
    convolution and be computed by itself, in float, which takes longer than all the rest."""
    for product in model.get_ordered_ops():
        if product.get_type_name() != "Multiply":
            continue
        one, other = product.input_value(0), product.input_value(1)
        for value, gate in ((one, other), (other, one)):
            sigmoid = gate.get_node()
            if sigmoid.get_type_name() == "Sigmoid" and sigmoid.input_value(0) == value:
                swish = opset.swish(value)
                swish.set_friendly_name(product.get_friendly_name())
                product.output(0).replace(swish.output(0))
                break


def _sources(value: Output) -> Iterable[tuple[str, Output]]:
    node = value.get_node()
    if node.get_type_name() not in MOVES:
        yield node.get_friendly_name(), value
        return
    inputs = node.get_input_size() if node.get_type_name() == "Concat" else 1
    for number in range(inputs):
        yield from _sources(node.input_value(number))


def _shared(
    ranges: Mapping[str, tuple[float, float]], together: Iterable[list[str]]
) -> dict[str, tuple[float, float]]:
    """One range for all maps that reach a convolution together, or by way of others."""
    groups: dict[str, set[str]] = {}
    for names in together:
        group = set(names).union(*(groups.get(name, set()) for name in names))
        groups |= dict.fromkeys(group, group)
    return {
        name: (min(ranges[each][0] for each in group), max(ranges[each][1] for each in group))
        for name, group in groups.items()
    }


def _quantise_maps(maps: Output, low: float, high: float) -> None:
    step = max(high - min(low, 0.0), 1e-6) / STEPS
    below = round(-min(low, 0.0) / step)  # zero is a step: maps are padded with it
    least, most = np.float32(-below * step), np.float32((STEPS - below) * step)
    readers = list(maps.get_target_inputs())
    rounded = opset.fake_quantize(maps, least, most, least, most, STEPS + 1)
    for reader in readers:
        reader.replace_source_output(rounded.output(0))


def _quantise_weights(layer: Node) -> None:
    weights = layer.input_value(1)
    shape = tuple(weights.get_shape())
    # Of a depthwise layer: groups x outputs x inputs x height x width.
    kernels = 1 if layer.get_type_name() == "Convolution" else 2
    values = _constant(weights.get_node()).reshape(shape)
    most = np.abs(values).max(axis=tuple(range(kernels, len(shape))), keepdims=True)
    most = np.maximum(most, 1e-8).astype(np.float32)
    rounded = opset.fake_quantize(weights, -most, most, -most, most, STEPS)
    layer.input(1).replace_source_output(rounded.output(0))


def _constant(node: Node) -> np.ndarray[Any, np.dtype[np.float32]]:
    """The numbers behind a layer's weights, which are reshaped on the way for groups."""
    while node.get_type_name() != "Constant":
        node = node.input_value(0).get_node()
    return np.asarray(node.get_data(), np.float32)
