"""A horse from the side: a filled outline, shaded at its edges.

The outline is traced from a silhouette that its owner, Andreas Preuss, gave under CC0
(openclipart 158377, also `horse.png` of scikit-image).
"""

import cv2
import numpy as np

from detection.render.solid import Picture, Shape, pyramid, trimmed, upright

_SIZE = (308, 375)
_SCALE = 2
_COATS = ((0.24, 0.165, 0.125), (0.17, 0.13, 0.115), (0.33, 0.21, 0.14))
_OUTLINE = (
    (342, 2), (334, 12), (334, 2), (323, 12), (297, 15), (280, 23), (257, 43), (233, 73),
    (213, 82), (186, 86), (165, 86), (111, 75), (85, 75), (60, 81), (33, 83), (20, 89),
    (9, 103), (2, 136), (3, 222), (5, 228), (6, 222), (8, 222), (8, 237), (11, 231),
    (14, 244), (17, 243), (18, 238), (19, 241), (23, 237), (32, 203), (35, 115), (41, 98),
    (45, 93), (48, 94), (40, 112), (39, 127), (41, 141), (51, 171), (52, 183), (47, 196),
    (34, 213), (33, 260), (28, 284), (36, 288), (36, 297), (47, 304), (57, 302), (56, 297),
    (41, 278), (42, 247), (52, 222), (62, 208), (74, 197), (76, 200), (73, 217), (82, 236),
    (88, 277), (96, 284), (102, 296), (114, 297), (117, 294), (102, 277), (92, 251), (92, 229),
    (103, 184), (112, 165), (119, 159), (147, 172), (165, 177), (232, 181), (234, 183), (235, 205),
    (229, 287), (233, 291), (236, 302), (252, 300), (240, 282), (240, 256), (246, 241), (250, 290),
    (254, 294), (258, 305), (274, 304), (274, 300), (258, 285), (255, 270), (256, 257), (276, 179),
    (288, 162), (293, 117), (299, 104), (308, 68), (311, 63), (336, 73), (344, 80), (354, 95),
    (364, 93), (372, 81), (372, 77), (354, 45), (349, 29), (338, 17), (341, 12),
)  # fmt: skip


def horse(rng: np.random.Generator) -> Shape:
    """A dark horse, 1.85 to 2.05 m up to its ears, across the line of sight."""
    coat = np.array(_COATS[int(rng.integers(len(_COATS)))])
    picture = _picture(coat)
    shown = np.ascontiguousarray(picture[:, ::-1]) if rng.random() < 0.5 else picture
    height = float(rng.uniform(1.85, 2.05))
    width = height * shown.shape[1] / shown.shape[0]
    return Shape((), (upright(width, height, 0.0, pyramid(shown)),))


def _picture(coat: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Picture:
    mask = np.zeros((_SIZE[0] * _SCALE, _SIZE[1] * _SCALE), np.uint8)
    cv2.fillPoly(mask, [np.array(_OUTLINE, np.int32) * _SCALE], (255.0,))
    mask[:] = cv2.GaussianBlur(mask, (0, 0), 1.6)
    depth = cv2.distanceTransform((mask > 128).astype(np.uint8), cv2.DIST_L2, 5)
    round_off = np.clip(0.5 + depth / 60, 0.5, 1.0)
    from_above = np.linspace(1.12, 0.8, mask.shape[0])[:, None]
    colour = np.clip(coat * (round_off * from_above)[..., None], 0, 1) * 255
    return trimmed(np.dstack([colour.astype(np.uint8), mask]))
