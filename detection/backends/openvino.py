"""Networks on OpenVINO, which computes in bfloat16 or in 8-bit integers as well."""

import ast
import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import numpy as np
import openvino as ov
from openvino import op
from openvino import opset13 as opset

from detection.backends.eight_bits import quantise
from detection.backends.network import EightBits, Precision, Tensor

# Height and width of the canvases of 16:9 and 4:3 frames, 640, 768 or 1,280 pixels wide, and of the
# far road in 16:9 ones 1,280 or 1,920 pixels wide. Compiled for one of these a network is a tenth
# faster than where it takes any size, and differs in the last digits: the size alone decides which
# one runs, so that a picture's answer does not depend on those before it.
USUAL: Final = frozenset(
    {
        *((384, 640), (480, 640), (448, 768), (576, 768), (736, 1280), (960, 1280)),
        *((288, 640), (352, 768)),
    }
)

# Share of the time that a coarser arithmetic may take to be worth it.
PAYS: Final = 0.8


class OpenvinoNetwork:
    """An ONNX network on the CPU. precision: the arithmetic; bfloat16 only where the processor has
    it. eight_bits: for INT8. threads: >= 1."""

    batches = False

    def __init__(
        self, model: Path | bytes, *, precision: Precision, eight_bits: EightBits, threads: int
    ) -> None:
        self._model = _core().read_model(model if isinstance(model, bytes) else str(model))
        # ultralytics writes the classes as a Python dict: {0: 'person', …}
        path = ["framework", "names"]
        known = self._model.has_rt_info(path)
        names: Any = self._model.get_rt_info(path).astype(str) if known else "{}"
        self.names: tuple[str, ...] = tuple(ast.literal_eval(names).values())
        side = self._model.input(0).partial_shape[-1]
        self.side_px: int | None = side.get_length() if side.is_static else None
        halves = precision is Precision.BFLOAT16 and _has_bfloat16()
        if precision is Precision.INT8:
            quantise(self._model, eight_bits)
            halves = quickest(Precision.BFLOAT16) is Precision.BFLOAT16  # the layers left in float
        self._settings = {
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": 1,
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": "bf16" if halves else "f32",
            "ENABLE_CPU_PINNING": False,  # the machine has other work; the scheduler knows better
        }
        self._any_size = self._request(self._model)
        self._of_size: dict[tuple[int, ...], ov.InferRequest] = {}

    def run(self, tensor: Tensor) -> Sequence[Tensor]:
        request = self._any_size
        if self.side_px is None and tensor.shape[2:] in USUAL:
            request = self._of_size.get(tensor.shape) or self._compiled(tensor.shape)
        found = request.infer([tensor], share_inputs=True)
        return [np.array(output, np.float32) for output in found.values()]

    def _compiled(self, shape: tuple[int, ...]) -> ov.InferRequest:
        """For one size; takes half a second, once."""
        sized = self._model.clone()
        sized.reshape(list(shape))
        self._of_size[shape] = self._request(sized)
        return self._of_size[shape]

    def _request(self, model: ov.Model) -> ov.InferRequest:
        return _core().compile_model(model, "CPU", self._settings).create_infer_request()


@cache
def quickest(coarsest: Precision) -> Precision:
    """The arithmetic that is fastest here, none coarser than that; a coarser one only where it
    clearly pays, so that all processes of a machine come to the same.

    Some processors have bfloat16 and take half as long again, older ones multiply integers no
    faster. Found out by one layer as the networks have them, once a process.
    """
    chosen, *coarser = list(Precision)[: list(Precision).index(coarsest) + 1]
    for one in coarser:
        there = one is not Precision.BFLOAT16 or _has_bfloat16()
        if there and _layer_s(one) < PAYS * _layer_s(chosen):
            chosen = one
    return chosen


@cache
def _layer_s(precision: Precision) -> float:
    """Seconds that a convolution takes at its best; for ever, where its answer is wrong.

    Processors without VNNI add two products of 8 bits in 16: the largest ones, as here, do not fit.
    """
    maps = op.Parameter(ov.Type.f32, ov.Shape([1, 64, 48, 80]))
    maps.set_friendly_name("maps")
    kernels = op.Constant(np.ones((64, 64, 3, 3), np.float32))
    layer = opset.convolution(maps, kernels, [1, 1], [1, 1], [1, 1], [1, 1])
    model = ov.Model([layer], [maps])
    if precision is Precision.INT8:
        quantise(model, EightBits({"maps": (0.0, 1.0)}))
    hint = "bf16" if precision is Precision.BFLOAT16 else "f32"
    settings = {"INFERENCE_NUM_THREADS": 1, "INFERENCE_PRECISION_HINT": hint}
    request = _core().compile_model(model, "CPU", settings).create_infer_request()
    shown = np.ones((1, 64, 48, 80), np.float32)
    tries = []
    for _ in range(5):
        began = perf_counter()
        request.infer([shown], share_inputs=True)
        tries.append(perf_counter() - began)
    [found] = request.results.values()
    right = np.allclose(found[..., 1:-1, 1:-1], 64 * 9, rtol=0.01)
    return min(tries) if right else math.inf


def _has_bfloat16() -> bool:
    """AVX512_BF16 or AMX; emulated, it would be slow and inexact."""
    return "BF16" in _core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


@cache
def _core() -> ov.Core:
    return ov.Core()
