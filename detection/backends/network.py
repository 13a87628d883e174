"""The one interface behind which a network runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
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
    """The arithmetic that a network is computed in, or the coarsest that its results bear."""

    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"
    INT8 = "int8"


@dataclass(frozen=True, slots=True)
class EightBits:
    """How a network is computed in 8-bit integers.

    ranges: name of a layer in the ONNX file -> the lowest and the highest value that comes out of
    it; none where they were never measured. exact: layers whose names begin so stay in float.
    """

    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    exact: tuple[str, ...] = ()


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
