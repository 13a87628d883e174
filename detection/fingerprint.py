"""A perceptual hash: pictures that look alike have hashes that differ in few bits."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def difference_hash(rgb: NDArray[np.uint8]) -> int:
    """64-bit dHash of a picture (height x width x 3): 0 <= hash < 2**64.

    Each bit says whether a cell of an 8 x 9 grid is darker than its right neighbour (N. Krawetz,
    "Kind of Like That", 2013). Rows from the top, the first bit is the highest.
    """
    cells = Image.fromarray(rgb).convert("L").resize((9, 8), Image.Resampling.BOX)
    grey = np.asarray(cells)
    return int.from_bytes(np.packbits(grey[:, :-1] < grey[:, 1:]).tobytes(), "big")
