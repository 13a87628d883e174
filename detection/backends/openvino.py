"""Networks on OpenVINO, which computes in bfloat16 where the processor can."""

import ast
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import numpy as np

from detection.backends.network import Precision, Tensor

# Merely importing openvino would report to Google Analytics; without this package it does not.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # None forbids the import
import openvino as ov  # noqa: E402 - only after that
from openvino import op  # noqa: E402
from openvino import opset13 as opset  # noqa: E402

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


class OpenvinoNetwork:
    """An ONNX network on the CPU. threads: >= 1."""

    batches = False

    def __init__(self, model: Path | bytes, *, precision: Precision, threads: int) -> None:
        self._model = model if isinstance(model, bytes) else str(model)
        read = _core().read_model(self._model)
        self._settings = {
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": 1,
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": "bf16" if _halves(precision) else "f32",
            "ENABLE_CPU_PINNING": False,  # the machine has other work; the scheduler knows better
        }
        self._any_size = self._request(read)
        self._of_size: dict[tuple[int, ...], ov.InferRequest] = {}
        side = read.input(0).partial_shape[-1]
        self.side_px: int | None = side.get_length() if side.is_static else None
        # ultralytics writes the classes as a Python dict: {0: 'person', …}
        path = ["framework", "names"]
        names: Any = read.get_rt_info(path).astype(str) if read.has_rt_info(path) else "{}"
        self.names: tuple[str, ...] = tuple(ast.literal_eval(names).values())

    def run(self, tensor: Tensor) -> Sequence[Tensor]:
        request = self._any_size
        if self.side_px is None and tensor.shape[2:] in USUAL:
            request = self._of_size.get(tensor.shape) or self._compiled(tensor.shape)
        found = request.infer([tensor], share_inputs=True)
        return [np.array(output, np.float32) for output in found.values()]

    def _compiled(self, shape: tuple[int, ...]) -> ov.InferRequest:
        """For one size; takes half a second, once."""
        read = _core().read_model(self._model)
        read.reshape(list(shape))
        self._of_size[shape] = self._request(read)
        return self._of_size[shape]

    def _request(self, read: ov.Model) -> ov.InferRequest:
        return _core().compile_model(read, "CPU", self._settings).create_infer_request()


@cache
def bfloat16_pays() -> bool:
    """Whether bfloat16 is faster here: some processors have it and take half as long again.

    Found out by one layer as the networks have them, once a process.
    """
    return _has_bfloat16() and _layer_s("bf16") < _layer_s("f32")


def _layer_s(precision: str) -> float:
    """Seconds that a convolution takes at its best."""
    maps = op.Parameter(ov.Type.f32, ov.Shape([1, 64, 48, 80]))
    kernels = op.Constant(np.ones((64, 64, 3, 3), np.float32))
    layer = opset.convolution(maps, kernels, [1, 1], [1, 1], [1, 1], [1, 1])
    settings = {"INFERENCE_NUM_THREADS": 1, "INFERENCE_PRECISION_HINT": precision}
    model = ov.Model([layer], [maps])
    request = _core().compile_model(model, "CPU", settings).create_infer_request()
    shown = np.ones((1, 64, 48, 80), np.float32)
    tries = []
    for _ in range(5):
        began = perf_counter()
        request.infer([shown], share_inputs=True)
        tries.append(perf_counter() - began)
    return min(tries)


def _halves(precision: Precision) -> bool:
    return precision is Precision.BFLOAT16 and _has_bfloat16()


def _has_bfloat16() -> bool:
    """AVX512_BF16 or AMX; emulated, it would be slow and inexact."""
    return "BF16" in _core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


@cache
def _core() -> ov.Core:
    return ov.Core()
