"""What darkness leaves of recall: pictures of the day, exposed like pictures of the night."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from detection.evaluate.claims import DRAWN
from detection.labelled import LabelledPicture
from detection.quality import judge

# Some five stops less light, of which the camera's gain brings two back, with the noise of both.
LIGHT: Final = 0.03
GAIN: Final = 4.0
ELECTRONS: Final = 4000.0
READ_NOISE: Final = 0.0015
GAMMA: Final = 2.2
MOST: Final = 80


@dataclass(frozen=True, slots=True)
class Found:
    """How many of the same things are found, (classes,), by day and in dark copies."""

    by_day: NDArray[np.intp]
    at_night: NDArray[np.intp]


def darkened(pictures: Sequence[LabelledPicture], folder: Path) -> tuple[list[int], list[Path]]:
    """Dark copies of up to 80 pictures of the day with boxes, and of as many drawn ones; which
    they are, and where they lie.
    """
    folder.mkdir(parents=True, exist_ok=True)
    chosen: list[int] = []
    paths: list[Path] = []
    for drawn in (False, True):
        full = [
            i
            for i, picture in enumerate(pictures)
            if len(picture.boxes) and picture.source.startswith(DRAWN) == drawn
        ]
        for i in full[:: max(1, -(-len(full) // MOST))]:
            path = _dark_copy(pictures[i], folder)
            if path is not None:
                chosen.append(i)
                paths.append(path)
    return chosen, paths


def _dark_copy(picture: LabelledPicture, folder: Path) -> Path | None:
    """None for a picture that was taken, or drawn, in the dark itself."""
    path = folder / f"{picture.source.replace('/', '_')}-{picture.path.stem}.jpg"
    day = cv2.imread(str(picture.path))
    if day is None:
        raise OSError(f"cannot darken {picture.path}")
    if judge(day[:, :, ::-1].astype(np.uint8)).dark:
        return None
    # A drawn picture may have been drawn anew under its name.
    kept = path.is_file() and path.stat().st_mtime >= picture.path.stat().st_mtime
    if not kept and not cv2.imwrite(str(path), night(day.astype(np.uint8))):
        raise OSError(f"cannot darken {picture.path}")
    return path


def night(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The same view (h, w, 3) with little light and a noisy sensor; the same every time."""
    rng = np.random.default_rng(picture.shape[0] * picture.shape[1])
    light = (picture / 255.0) ** GAMMA * LIGHT
    seen = rng.poisson(light * ELECTRONS) / ELECTRONS + rng.normal(0, READ_NOISE, picture.shape)
    bright = (seen * GAIN).clip(0, 1) ** (1 / GAMMA)
    return (bright * 255 + 0.5).astype(np.uint8)
