"""The part of a picture that is shown."""

from dataclasses import dataclass

import numpy as np

from detection.render.camera import Floats


@dataclass(frozen=True)
class Crop:
    """A rectangle in pixels, which need not be whole."""

    left: float
    top: float
    width: float
    height: float

    def scaled(self, share: float) -> "Crop":
        """The same part of a picture that was resized."""
        return Crop(self.left * share, self.top * share, self.width * share, self.height * share)

    def share(self, extent: Floats) -> float:
        """How much of a box (left, top, right, bottom) lies within, 0..1."""
        low = np.maximum(extent[:2], (self.left, self.top))
        high = np.minimum(extent[2:], (self.left + self.width, self.top + self.height))
        area = float(np.prod(extent[2:] - extent[:2]))
        return float(np.prod(np.clip(high - low, 0, None))) / max(area, 1e-9)
