"""Networks on OpenVINO, which computes in bfloat16 where the processor can."""

import ast
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from detection.backends.network import Precision, Tensor

# Merely importing openvino would report to Google Analytics; without this package it does not.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # None forbids the import
import openvino as ov  # noqa: E402 - only after that

# Height and width of the canvases of 16:9 and 4:3 frames, 640 or 1,280 pixels wide, and of the far
# road in 16:9 ones. Compiled for one of these a network is a tenth faster than where it takes any
# size, and differs in the last digits: the size alone decides which one runs, so that a picture's
# answer does not depend on those before it.
USUAL: Final = frozenset({(288, 640), (384, 640), (480, 640), (736, 1280), (960, 1280)})


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


def has_bfloat16() -> bool:
    """Whether the processor computes in bfloat16 (AVX512_BF16 or AMX)."""
    return "BF16" in _core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def _halves(precision: Precision) -> bool:
    return precision is Precision.BFLOAT16 and has_bfloat16()


@cache
def _core() -> ov.Core:
    return ov.Core()
