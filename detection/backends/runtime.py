"""Which runtime runs a network, and in which arithmetic.

Measured on one core with AVX-512 (docs/benchmarks/detector.md): ONNX Runtime is fastest in
float32; OpenVINO knows bfloat16 and 8-bit integers as well, for processors that are faster in them;
PyTorch is slowest in all; on a GPU there is PyTorch only.
"""

from importlib.util import find_spec
from pathlib import Path

from detection.backends.network import Backend, EightBits, Network, Precision


def fastest(coarsest: Precision, device: str) -> tuple[Backend, Precision]:
    """The fastest backend that is installed, and the arithmetic to have it compute in.

    coarsest: what the network bears. device: "cpu" or a GPU, not "auto".
    """
    if device != "cpu":
        return Backend.PYTORCH, Precision.FLOAT32
    precision = _quickest(coarsest) if find_spec("openvino") else Precision.FLOAT32
    if precision is not Precision.FLOAT32:
        return Backend.OPENVINO, precision
    order = (Backend.ONNXRUNTIME, Backend.OPENVINO)
    return next((one for one in order if find_spec(one)), Backend.PYTORCH), precision


def open_onnx(
    model: Path | bytes,
    backend: Backend,
    *,
    precision: Precision,
    eight_bits: EightBits,
    threads: int,
) -> Network:
    """Load an ONNX file (or its bytes) with a backend other than PyTorch."""
    if backend is Backend.OPENVINO:
        from detection.backends.openvino import OpenvinoNetwork  # noqa: PLC0415 - may be missing

        return OpenvinoNetwork(model, precision=precision, eight_bits=eight_bits, threads=threads)
    from detection.backends.onnx import OnnxNetwork  # noqa: PLC0415 - may be missing

    return OnnxNetwork(model, threads=threads)


def _quickest(coarsest: Precision) -> Precision:
    if coarsest is Precision.FLOAT32:
        return coarsest
    from detection.backends.openvino import quickest  # noqa: PLC0415 - may be missing

    return quickest(coarsest)
