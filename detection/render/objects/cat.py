"""A cat: a cut-out of a photograph, standing on the road like a board."""

from pathlib import Path

import cv2
import numpy as np

from detection.render.solid import Picture, Shape, upright

_OUTLINE = ((45, 0), (35, 60), (38, 110), (30, 150), (0, 180), (0, 299), (330, 299), (325, 230),
            (345, 190), (368, 130), (375, 70), (395, 40), (398, 0))  # fmt: skip


class CatPhotoError(ValueError):
    """The given picture of a cat cannot be read."""


def cat_picture(photo: Path) -> Picture:
    """The cut-out (h, w, 4) of the portrait `chelsea.png` of scikit-image (451 x 300, CC0)."""
    data = cv2.imread(str(photo), cv2.IMREAD_COLOR)
    if data is None:
        raise CatPhotoError(f"{photo}: no picture that can be read")
    face = cv2.resize(cv2.cvtColor(data, cv2.COLOR_BGR2RGB), (451, 300))
    mask = np.zeros(face.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.array(_OUTLINE)], (255.0,))
    return np.dstack([face, cv2.GaussianBlur(mask, (0, 0), 3)])[:, :400]


def cat(picture: Picture, height_m: float, flipped: bool) -> Shape:
    """A cut-out that stands on the road across the line of sight."""
    height, width = picture.shape[:2]
    shown = np.ascontiguousarray(picture[:, ::-1]) if flipped else picture
    return Shape((), (upright(height_m * width / height, height_m, 0.0, shown),))
