"""Which runtime runs a network.

Measured on one core with AVX-512 (docs/benchmarks/detector.md): ONNX Runtime is fastest in
float32, OpenVINO in bfloat16 on processors that compute faster in it, PyTorch slowest in both; on
a GPU there is PyTorch only.
"""

from importlib.util import find_spec
from pathlib import Path

from detection.backends.network import Backend, Network, Precision


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
