"""Whether a frame could have shown a hazard at all: the gate before it may speak against one.

The gate errs on the side of passing: it stops frames in which a person would see no road either.
Everything is measured on a grey copy with a long side of 320 px, values 0..255.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

LONG_SIDE_PX: Final = 320


@dataclass(frozen=True, slots=True)
class Quality:
    """dark: night, dusk or tunnel. usable: False with a reason: too_dark, obstructed, blurred."""

    dark: bool
    usable: bool
    reason: str | None


# Thresholds, chosen on some 600 ordinary pictures of roads and animals, of which none is stopped.
# Median brightness below which a frame counts as night, dusk or tunnel.
DARK_MEDIAN: Final = 50.0
# Even the brightest parts (99th percentile, so that a lamp or two do not count) are this dim;
# the darkest ordinary picture has 101.
BLACK_PERCENTILE_99: Final = 40.0
# Standard deviation of brightness: a lens behind a hand, mud or snow. The flattest ordinary
# picture, in fog, has 14.
UNIFORM_DEVIATION: Final = 8.0
# Variance of the Laplacian over the variance of brightness (relative, so that haze passes). The
# softest ordinary picture has 0.054; blurred by a Gaussian of 0.8 % of the long side the median
# is 0.002.
SHARP_RATIO: Final = 0.006


def judge(rgb: NDArray[np.uint8]) -> Quality:
    """Judge a picture (height x width x 3, both sides at least 32 px)."""
    picture = Image.fromarray(rgb)
    picture.thumbnail((LONG_SIDE_PX, LONG_SIDE_PX), Image.Resampling.BOX)
    grey = np.asarray(picture.convert("L"), np.float32)
    dark = bool(np.median(grey) < DARK_MEDIAN)
    reason = None
    if np.percentile(grey, 99) < BLACK_PERCENTILE_99:
        reason = "too_dark"
    elif grey.std() < UNIFORM_DEVIATION:
        reason = "obstructed"
    elif _laplacian(grey).var() / grey.var() < SHARP_RATIO:
        reason = "blurred"
    return Quality(dark, reason is None, reason)


def _laplacian(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    """Difference of each inner pixel to its four neighbours."""
    middle = grey[1:-1, 1:-1]
    around = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:]
    return around - 4 * middle
