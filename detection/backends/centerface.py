"""Faces by CenterFace (Xu, Yan et al. 2019, arXiv:1911.03599) on the fastest backend.

The network gives four maps at a quarter of the picture's size: how much each cell looks like the
middle of a face, the logarithm of its height and width, the offset of its middle, and landmarks
(unused here).
"""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from detection.backends.network import Tensor
from detection.backends.runtime import fastest, open_onnx
from detection.boxes import Boxes, strongest
from detection.manifest import ManifestError, Model

INPUT: Final = "input.1"
STRIDE_PX: Final = 4
MULTIPLE_PX: Final = 32
OVERLAP: Final = 0.3
# The first version of ONNX in which a weight need not be an input as well.
IR_VERSION: Final = 4


def network_of(model: Model) -> bytes:
    """The ONNX file of a model, made to take pictures of any size.

    It is fully convolutional, but its file pins the input to 10 x 3 x 32 x 32 and lists every
    weight as a replaceable input, which keeps onnxruntime from folding them (it then runs at half
    the speed).
    """
    import onnx  # noqa: PLC0415 - whoever opens no network does without

    proto = onnx.load(model.path)
    proto.ir_version = IR_VERSION
    graph = proto.graph
    inputs = [value for value in graph.input if value.name == INPUT]
    del graph.input[:], graph.value_info[:]
    graph.input.extend(inputs)
    for value in (*graph.input, *graph.output):
        for side in value.type.tensor_type.shape.dim:
            side.Clear()
    rewritten: bytes = proto.SerializeToString()
    return rewritten


class CenterFace:
    """Finds faces in one picture after the other.

    model: its long_side_px is what larger pictures are scaled down to. threads: >= 1. Raises
    ManifestError where the weights are no model.
    """

    def __init__(self, model: Model, *, threads: int) -> None:
        self._model = model
        backend, precision = fastest(model.coarsest, "cpu")
        try:
            self._net = open_onnx(
                network_of(model),
                backend,
                precision=precision,
                eight_bits=model.eight_bits,
                threads=threads,
            )
        except Exception as error:  # whatever the backends may raise about a file
            raise ManifestError(f"cannot load the model {model.path}: {error}") from error

    def find(self, rgb: NDArray[np.uint8]) -> Boxes:
        """Boxes of faces in pixels of `rgb` (height x width x 3)."""
        height, width = rgb.shape[:2]
        tensor = self.fit(rgb)
        heat, log_sides, offset, _ = self.run(tensor)
        boxes = _boxes(heat[0, 0], log_sides[0], offset[0], self._model.threshold)
        boxes[:, 0:4] *= np.array(
            [width / tensor.shape[3], height / tensor.shape[2]] * 2, np.float32
        )
        return boxes[strongest(boxes, OVERLAP)]

    def fit(self, rgb: NDArray[np.uint8]) -> Tensor:
        """The picture as 1 x 3 x height x width, values 0..255."""
        height, width = rgb.shape[:2]
        scale = min(1.0, self._model.long_side_px / max(width, height))
        size = (_up_to_multiple(width * scale), _up_to_multiple(height * scale))
        scaled = cv2.resize(rgb, size, interpolation=cv2.INTER_LINEAR)
        tensor = np.empty((1, 3, *scaled.shape[:2]), np.float32)
        for plane, channel in zip(tensor[0], cv2.split(scaled), strict=True):
            plane[...] = channel
        return tensor

    def run(self, tensor: Tensor) -> Sequence[Tensor]:
        """The bare network."""
        return self._net.run(tensor)


def _up_to_multiple(side_px: float) -> int:
    return max(MULTIPLE_PX, -(-round(side_px) // MULTIPLE_PX) * MULTIPLE_PX)


def _boxes(
    heat: NDArray[np.float32],
    log_sides: NDArray[np.float32],
    offset: NDArray[np.float32],
    threshold: float,
) -> Boxes:
    """Boxes of all cells above the threshold. In log_sides and offset, height and y come first."""
    rows, columns = np.nonzero(heat > threshold)
    half_height, half_width = np.exp(log_sides[:, rows, columns]) * (STRIDE_PX / 2)
    offset_y, offset_x = offset[:, rows, columns]
    y = (rows + offset_y + 0.5) * STRIDE_PX
    x = (columns + offset_x + 0.5) * STRIDE_PX
    columns_of_box = (x - half_width, y - half_height, x + half_width, y + half_height)
    return np.stack([*columns_of_box, heat[rows, columns]], axis=1).astype(np.float32)
