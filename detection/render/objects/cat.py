"""A cat: a cut-out of a photograph, standing on the road like a board."""

from pathlib import Path

import cv2
import numpy as np

from detection.render.solid import Picture, Shape, pyramid, trimmed, upright

_FACE = (451, 300)
_ABOVE_PX = 92
_OUTLINE = ((45, 0), (35, 60), (38, 110), (30, 150), (0, 180), (0, 299), (330, 299), (325, 230),
            (345, 190), (368, 130), (375, 70), (395, 40), (398, 0))  # fmt: skip
_EARS = (
    (((37, 38), (38, -30), (46, -78), (58, -90), (72, -78), (104, -34), (128, 4)), (158, 112, 82)),
    (((54, 0), (54, -40), (62, -62), (76, -44), (96, -4)), (182, 126, 112)),
    (((316, 4), (346, -50), (376, -84), (390, -92), (400, -78), (406, -30), (399, 20)),
     (156, 116, 88)),
    (((346, 0), (366, -40), (386, -62), (394, -36), (393, 0)), (198, 144, 136)),
)  # fmt: skip


class CatPhotoError(ValueError):
    """The given picture of a cat cannot be read."""


def cat_picture(photo: Path) -> Picture:
    """The cut-out (h, w, 4) of the portrait `chelsea.png` of scikit-image (451 x 300, CC0).

    The photograph ends at the brow: the tips of the ears are drawn.
    """
    data = cv2.imread(str(photo), cv2.IMREAD_COLOR)
    if data is None:
        raise CatPhotoError(f"{photo}: no picture that can be read")
    face = cv2.resize(cv2.cvtColor(data, cv2.COLOR_BGR2RGB), _FACE)
    ears = np.zeros((_FACE[1] + _ABOVE_PX, _FACE[0], 3), np.uint8)
    shape = np.zeros(ears.shape[:2], np.uint8)
    for outline, colour in _EARS:
        corners = np.add(outline, (0, _ABOVE_PX))
        cv2.fillPoly(ears, [corners], colour, cv2.LINE_AA)
        cv2.fillPoly(shape, [corners], (255.0,), cv2.LINE_AA)
    mask = np.zeros_like(shape)
    cv2.fillPoly(mask, [np.add(_OUTLINE, (0, _ABOVE_PX))], (255.0,))
    mask[: _ABOVE_PX + 1] = 0
    mask = cv2.GaussianBlur(mask, (0, 0), 5)
    photo_rows = cv2.copyMakeBorder(face, _ABOVE_PX, 0, 0, 0, cv2.BORDER_REFLECT)
    share = mask[..., None].astype(np.float32) / 255
    share = np.where(shape[..., None] > 0, share, 1)
    colours = photo_rows * share + cv2.GaussianBlur(ears, (0, 0), 2) * (1 - share)
    soft = cv2.GaussianBlur(np.maximum(mask, shape), (0, 0), 1.5)
    return trimmed(np.dstack([colours.astype(np.uint8), soft]))


def cat(picture: Picture, height_m: float, flipped: bool) -> Shape:
    """A cut-out that stands on the road across the line of sight."""
    height, width = picture.shape[:2]
    shown = np.ascontiguousarray(picture[:, ::-1]) if flipped else picture
    return Shape((), (upright(height_m * width / height, height_m, 0.0, pyramid(shown)),))
