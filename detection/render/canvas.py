"""Paint solids, boards and ground marks into one picture and remember whose every pixel is.

Things are painted from far to near. `owner` says for each pixel whose thing is seen there, so a
box after occlusion is the extent of its pixels.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from detection.render.camera import Floats, View
from detection.render.solid import Board, Colour, Picture, Shape, Solid
from detection.render.street import Floats32

NEAR_M = 0.25
SCENERY = 0
_SHIFT = 4
_LARGEST_PX = 4_000_000

Region = tuple[slice, slice]


@dataclass(frozen=True)
class Light:
    """What falls on things. sun_from: unit vector to the sun. haze_m: distance that halves sight.

    sun, sky: RGB strength of direct and scattered light; haze: colour of the far air.
    """

    sun_from: Floats
    sun: Colour
    sky: Colour
    haze: Colour
    haze_m: float

    def shade(self, colours: Floats, normals: Floats, in_sun: float) -> Floats:
        """Colours (n, 3) of faces with unit normals (n, 3), as seen."""
        direct = np.clip(normals @ self.sun_from, 0, None)[:, None] * in_sun
        upward = (0.78 + 0.22 * normals[:, 2])[:, None]
        return colours * (np.array(self.sky) * upward + np.array(self.sun) * direct)

    def through_air(self, colours: Floats, distance_m: float) -> Floats:
        """Colours seen through so much air."""
        clear = 0.5 ** (distance_m / self.haze_m)
        return colours * clear + np.array(self.haze) * (1 - clear)


class Canvas:
    """A picture being painted. rgb: (h, w, 3) float32 0..1. owner: (h, w) int32."""

    def __init__(self, view: View, light: Light, rgb: Floats32) -> None:
        self.view, self.light, self.rgb = view, light, rgb
        self.owner: NDArray[np.int32] = np.full(rgb.shape[:2], SCENERY, np.int32)

    def paint(self, shape: Shape, *, owner: int = SCENERY, in_sun: float = 1.0) -> int:
        """Paint a thing that stands in the world; returns how many pixels it covers."""
        parts = [(self._distance(s.faces), s) for s in shape.solids]
        parts += [(self._distance(b.corners), b) for b in shape.boards]  # type: ignore[misc]
        covered = 0
        for _, part in sorted(parts, key=lambda p: -p[0]):
            if isinstance(part, Solid):
                covered += self._solid(part, owner, in_sun)
            else:
                covered += self._board(part, owner, in_sun)
        return covered

    def _distance(self, corners: Floats) -> float:
        centre = corners.reshape(-1, 3).mean(axis=0)
        return float(np.linalg.norm(centre - self.view.position))

    def _solid(self, body: Solid, owner: int, in_sun: float) -> int:
        normals = _normals(body.faces)
        centres = body.faces.mean(axis=1)
        outward = ((centres - centres.mean(axis=0)) * normals).sum(axis=1)
        to_eye = ((self.view.position - centres) * normals).sum(axis=1)
        normals = np.where((outward if abs(outward).max() > 1e-9 else to_eye)[:, None] < 0, -normals, normals)
        facing = ((self.view.position - centres) * normals).sum(axis=1) > 0
        tones = self.light.shade(body.colours, normals, in_sun)
        tones = self.light.through_air(tones, self._distance(body.faces))
        outlines, fills = [], []
        for face, tone in zip(self.view.to_camera(body.faces[facing]), tones[facing], strict=True):
            clipped = _in_front(face)
            if len(clipped) >= 3:
                outlines.append(self.view.to_pixels(clipped))
                fills.append(tone)
        return self._fill(outlines, fills, owner)

    def _fill(self, outlines: list[Floats], fills: list[Floats], owner: int) -> int:
        if not outlines:
            return 0
        region = self._region(np.concatenate(outlines))
        if region is None:
            return 0
        rows, columns = region
        size = (rows.stop - rows.start, columns.stop - columns.start)
        scale = 4 if size[0] * size[1] < 60_000 else 2
        tile = np.zeros((size[0] * scale, size[1] * scale, 4), np.uint8)
        corner = np.array([columns.start, rows.start])
        for outline, fill in zip(outlines, fills, strict=True):
            fine = ((outline - corner + 0.5) * scale - 0.5) * (1 << _SHIFT)
            fine = np.clip(fine, -(2**24), 2**24).round().astype(np.int32)
            red, green, blue = (float(c) for c in np.clip(fill, 0, 1) * 255)
            cv2.fillConvexPoly(tile, fine, (red, green, blue, 255.0), cv2.LINE_8, _SHIFT)
        small = cv2.resize(tile, (size[1], size[0]), interpolation=cv2.INTER_AREA)
        return self._over(region, small.astype(np.float32) / 255, owner)

    def _board(self, board: Board, owner: int, in_sun: float) -> int:
        visible = self._clip_board(board)
        if visible is None:
            return 0
        corners, picture = visible
        region = self._region(corners)
        if region is None:
            return 0
        rows, columns = region
        height, width = rows.stop - rows.start, columns.stop - columns.start
        scale = 3 if height * width < 20_000 else 1
        fine = (corners - (columns.start, rows.start) + 0.5) * scale - 0.5
        picture = _shrunk(picture, fine)
        h, w = picture.shape[:2]
        source = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32) - 0.5
        warp = cv2.getPerspectiveTransform(source, fine.astype(np.float32))
        tile = cv2.warpPerspective(picture, warp, (width * scale, height * scale))
        if scale > 1:
            tile = cv2.resize(tile, (width, height), interpolation=cv2.INTER_AREA)
        normal = _normals(board.corners[None])
        normal = normal if (normal @ (self.view.position - board.corners[0])) > 0 else -normal
        lit = self.light.shade(np.ones((1, 3)), normal, in_sun)[0]
        clear = 0.5 ** (self._distance(board.corners) / self.light.haze_m)
        paint = tile.astype(np.float32) / 255
        alpha = paint[..., 3:]
        paint[..., :3] *= (lit * clear).astype(np.float32)
        paint[..., :3] += alpha * (np.array(self.light.haze) * (1 - clear)).astype(np.float32)
        return self._over(region, paint, owner)

    def _clip_board(self, board: Board) -> tuple[Floats, Picture] | None:
        """The corners in pixels and the part of the picture (premultiplied) before the lens."""
        left, right = board.corners[[0, 3]], board.corners[[1, 2]]
        near, far = self.view.to_camera(left), self.view.to_camera(right)
        depths = np.array([near[:, 2].min(), far[:, 2].min()])
        if depths.max() <= NEAR_M:
            return None
        start, stop = 0.0, 1.0
        crossing = (NEAR_M - depths[0]) / (depths[1] - depths[0]) if depths.min() < NEAR_M else 0.0
        if depths[0] < NEAR_M:
            start = crossing
        elif depths[1] < NEAR_M:
            stop = crossing
        width = board.picture.shape[1]
        first, last = int(np.ceil(start * width)), int(np.floor(stop * width))
        if last - first < 2:
            return None
        a = near + (far - near) * first / width
        b = near + (far - near) * last / width
        local = np.stack([a[0], b[0], b[1], a[1]])
        if local[:, 2].min() <= 0:
            return None
        return self.view.to_pixels(local), board.picture[:, first:last]

    def _region(self, pixels: Floats) -> Region | None:
        """The part of the picture that holds these pixels, None where that is nothing."""
        height, width = self.owner.shape
        low = np.clip(np.floor(pixels.min(axis=0)) - 1, 0, (width, height)).astype(int)
        high = np.clip(np.ceil(pixels.max(axis=0)) + 2, 0, (width, height)).astype(int)
        if (high <= low).any():
            return None
        return slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))

    def _over(self, region: Region, paint: Floats32, owner: int) -> int:
        """Lay premultiplied RGBA paint over the picture."""
        alpha = paint[..., 3:]
        self.rgb[region] = self.rgb[region] * (1 - alpha) + paint[..., :3]
        solid = alpha[..., 0] >= 0.5
        before = self.owner[region]
        added = int((solid & (before != owner)).sum())
        before[solid] = owner
        return added

    def shadow(self, points: Floats, darkness: float, blur_m: float) -> None:
        """Darken the ground under the hull of ground points (n, 2), metres."""
        local = self.view.to_camera(np.column_stack([points, np.zeros(len(points))]))
        if local[:, 2].min() <= NEAR_M:
            return
        hull = cv2.convexHull(self.view.to_pixels(local).astype(np.float32))[:, 0]
        spread = self.view.camera.focal_px * blur_m / float(local[:, 2].mean())
        self.darken(hull, darkness, max(spread, 0.7))

    def darken(self, outline: Floats32, darkness: float, blur_px: float) -> None:
        """Darken the inside of an outline in pixels (n, 2) with a soft edge."""
        margin = np.array([3 * blur_px, 3 * blur_px])
        around = np.concatenate([outline - margin, outline + margin]).astype(np.float64)
        region = self._region(around)
        if region is None:
            return
        rows, columns = region
        mask = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.float32)
        fine = (outline - (columns.start, rows.start)) * (1 << _SHIFT)
        cv2.fillPoly(mask, [fine.round().astype(np.int32)], (1.0,), cv2.LINE_AA, _SHIFT)
        mask = cv2.GaussianBlur(mask, (0, 0), blur_px)
        self.rgb[region] *= 1 - darkness * mask[..., None]

    def box(self, owner: int) -> tuple[int, int, int, int, int] | None:
        """(left, top, right, bottom, pixels) of what is seen of a thing; right, bottom exclusive."""
        rows, columns = np.nonzero(self.owner == owner)
        if not len(rows):
            return None
        return (
            int(columns.min()),
            int(rows.min()),
            int(columns.max()) + 1,
            int(rows.max()) + 1,
            len(rows),
        )


def _normals(faces: Floats) -> Floats:
    cross = np.cross(faces[:, 2] - faces[:, 0], faces[:, 3] - faces[:, 1])
    flat = np.cross(faces[:, 1] - faces[:, 0], faces[:, 2] - faces[:, 0])
    cross = np.where(np.abs(cross).sum(axis=1, keepdims=True) > 1e-12, cross, flat)
    return np.asarray(cross / np.maximum(np.linalg.norm(cross, axis=1, keepdims=True), 1e-12))


def _in_front(face: Floats) -> Floats:
    """A polygon (n, 3) in camera axes, cut at the near plane (Sutherland and Hodgman 1974)."""
    if face[:, 2].min() >= NEAR_M:
        return face
    kept = []
    for a, b in zip(face, np.roll(face, -1, axis=0), strict=True):
        if a[2] >= NEAR_M:
            kept.append(a)
        if (a[2] >= NEAR_M) != (b[2] >= NEAR_M):
            kept.append(a + (b - a) * (NEAR_M - a[2]) / (b[2] - a[2]))
    return np.array(kept).reshape(-1, 3)


def _shrunk(picture: Picture, corners: Floats) -> Picture:
    """The picture at no more than about its size on screen, with premultiplied alpha."""
    sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
    width, height = max(sides[0], sides[2], 1.0), max(sides[1], sides[3], 1.0)
    h, w = picture.shape[:2]
    size = (int(np.clip(np.ceil(width), 1, w)), int(np.clip(np.ceil(height), 1, h)))
    if picture[..., 3].min() < 255:
        alpha = picture[..., 3:].astype(np.uint16)
        colour = (picture[..., :3] * alpha // 255).astype(np.uint8)
        picture = np.dstack([colour, picture[..., 3]])
    if size != (w, h):
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return picture
