"""Faces by CenterFace (Xu, Yan et al. 2019, arXiv:1911.03599) on onnxruntime.

The network gives four maps at a quarter of the picture's size: how much each cell looks like the
middle of a face, the logarithm of its height and width, the offset of its middle, and landmarks
(unused here).
"""

from pathlib import Path
from typing import Final

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from PIL import Image

from detection.backends.onnx_shapes import any_size
from detection.boxes import Boxes, strongest

INPUT: Final = "input.1"
STRIDE_PX: Final = 4
MULTIPLE_PX: Final = 32
OVERLAP: Final = 0.3


class CenterFace:
    """Finds faces in one picture after the other.

    long_side_px: larger pictures are scaled down to it. threads: of onnxruntime, >= 1.
    """

    def __init__(self, weights: Path, *, threshold: float, long_side_px: int, threads: int) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3  # errors; its warnings are about weights nobody uses
        self._session = ort.InferenceSession(
            any_size(weights.read_bytes(), INPUT), options, providers=["CPUExecutionProvider"]
        )
        self._threshold = threshold
        self._long_side_px = long_side_px

    def find(self, rgb: NDArray[np.uint8]) -> Boxes:
        """Boxes of faces in pixels of `rgb` (height x width x 3)."""
        height, width = rgb.shape[:2]
        scale = min(1.0, self._long_side_px / max(width, height))
        size = (_up_to_multiple(width * scale), _up_to_multiple(height * scale))
        picture = Image.fromarray(rgb).resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
        tensor = np.asarray(picture, np.float32).transpose(2, 0, 1)[None]
        heat, log_sides, offset, _ = self._session.run(None, {INPUT: np.ascontiguousarray(tensor)})
        boxes = _boxes(heat[0, 0], log_sides[0], offset[0], self._threshold)
        boxes[:, 0:4] *= np.array([width / size[0], height / size[1]] * 2, np.float32)
        return boxes[strongest(boxes, OVERLAP)]


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
