"""The one interface behind which a network runs, and which runtime runs it.

Measured on one core with AVX-512 (docs/benchmarks/detector.md): ONNX Runtime is fastest in
float32, OpenVINO in bfloat16 on processors that compute faster in it, PyTorch slowest in both; on
a GPU there is PyTorch only.
"""

from collections.abc import Sequence
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Tensor = NDArray[np.float32]


class Backend(StrEnum):
    """What runs a network."""

    PYTORCH = "pytorch"
    ONNXRUNTIME = "onnxruntime"
    OPENVINO = "openvino"


class Precision(StrEnum):
    """The arithmetic that a model bears. BFLOAT16 is used where that is faster."""

    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"


class Network(Protocol):
    """A loaded network.

    names: its classes in order, empty where the file does not say. side_px: the one square size
    it takes, None for any multiple of 32. batches: whether several pictures at once are faster.
    """

    names: tuple[str, ...]
    side_px: int | None
    batches: bool

    def run(self, tensor: Tensor) -> Sequence[Tensor]:
        """All outputs for a batch: n x 3 x height x width. They are the caller's to change."""
        ...


def fastest(precision: Precision, device: str) -> Backend:
    """The fastest backend that is installed. device: "cpu" or a GPU, not "auto"."""
    if device != "cpu":
        return Backend.PYTORCH
    order = [Backend.ONNXRUNTIME, Backend.OPENVINO]
    if precision is Precision.BFLOAT16 and find_spec("openvino") and _bfloat16_pays():
        order.reverse()
    return next((backend for backend in order if find_spec(backend)), Backend.PYTORCH)


def open_onnx(
    model: Path | bytes, backend: Backend, *, precision: Precision, threads: int
) -> Network:
    """Load an ONNX file (or its bytes) with a backend other than PyTorch."""
    if backend is Backend.OPENVINO:
        from detection.backends.openvino import OpenvinoNetwork  # noqa: PLC0415 - may be missing

        return OpenvinoNetwork(model, precision=precision, threads=threads)
    from detection.backends.onnx import OnnxNetwork  # noqa: PLC0415 - may be missing

    return OnnxNetwork(model, threads=threads)


def _bfloat16_pays() -> bool:
    from detection.backends.openvino import bfloat16_pays  # noqa: PLC0415 - may be missing

    return bfloat16_pays()
