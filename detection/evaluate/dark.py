"""What darkness leaves of recall: pictures of the day, exposed like pictures of the night."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from detection.labelled import LabelledPicture

# Some five stops less light, of which the camera's gain brings two back, with the noise of both.
LIGHT: Final = 0.03
GAIN: Final = 4.0
ELECTRONS: Final = 4000.0
READ_NOISE: Final = 0.0015
GAMMA: Final = 2.2
MOST: Final = 80


def darkened(pictures: Sequence[LabelledPicture], folder: Path) -> tuple[list[int], list[Path]]:
    """Dark copies of up to 80 pictures with boxes; which they are, and where they lie."""
    chosen = [i for i, picture in enumerate(pictures) if len(picture.boxes)]
    chosen = chosen[:: max(1, -(-len(chosen) // MOST))]
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for i in chosen:
        path = folder / f"{pictures[i].source.replace('/', '_')}-{pictures[i].path.stem}.jpg"
        if not path.is_file():
            day = cv2.imread(str(pictures[i].path))
            if day is None or not cv2.imwrite(str(path), night(day.astype(np.uint8))):
                raise OSError(f"cannot darken {pictures[i].path}")
        paths.append(path)
    return chosen, paths


def night(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The same view (h, w, 3) with little light and a noisy sensor; the same every time."""
    rng = np.random.default_rng(picture.shape[0] * picture.shape[1])
    light = (picture / 255.0) ** GAMMA * LIGHT
    seen = rng.poisson(light * ELECTRONS) / ELECTRONS + rng.normal(0, READ_NOISE, picture.shape)
    bright = (seen * GAIN).clip(0, 1) ** (1 / GAMMA)
    return (bright * 255 + 0.5).astype(np.uint8)
