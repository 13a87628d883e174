"""Paint solids, boards and ground marks into one picture and remember whose every pixel is.

Things are painted from far to near. `owner` says for each pixel whose thing is seen there, so a
box after occlusion is the extent of its pixels.
"""

from dataclasses import dataclass
from itertools import accumulate
from math import dist

import cv2
import numpy as np
from numpy.typing import NDArray

from detection.render.camera import Floats, View
from detection.render.solid import Board, Colour, Picture, Shape, Solid, Stains
from detection.render.street import Floats32

NEAR_M = 0.25
LAMPS_AT_M = 10.0
_LAMPS_NEAREST_M = 6.0
_RETRO_MOST = 1.35
SCENERY = 0
_SHIFT = 4

Region = tuple[slice, slice]


@dataclass(frozen=True)
class Light:
    """What falls on things. sun_from: unit vector to the sun. haze_m: distance that halves sight.

    sun, sky: RGB strength of direct and scattered light; haze: colour of the far air.
    headlights: brightness of a matt white face 10 m before the lamps of the camera's own car.
    """

    sun_from: Floats
    sun: Colour
    sky: Colour
    haze: Colour
    haze_m: float
    headlights: float = 0.0

    def shade(self, colours: Floats, normals: Floats, in_sun: float) -> Floats:
        """Colours (n, 3) of faces with unit normals (n, 3), as seen."""
        direct = np.clip(normals @ self.sun_from, 0, None)[:, None] * in_sun
        upward = (0.78 + 0.22 * normals[:, 2])[:, None]
        return colours * (np.array(self.sky) * upward + np.array(self.sun) * direct)

    def thrown_back(self, colours: Floats, retro: Floats | float, distance_m: float) -> Floats:
        """What faces with colours (n, 3) return of the headlights; retro as of a `Solid`."""
        arrives = self.headlights * (LAMPS_AT_M / max(distance_m, _LAMPS_NEAREST_M)) ** 2
        # Beyond the most, a camera shows the same colour with a bright rim, not ever more light.
        strength = np.minimum(arrives * (1 + np.asarray(retro)), max(_RETRO_MOST, arrives))
        return np.asarray(colours * np.reshape(strength, (-1, 1)))

    def through_air(self, colours: Floats, distance_m: float) -> Floats:
        """Colours seen through so much air."""
        clear = 0.5 ** (distance_m / self.haze_m)
        return np.asarray(colours * clear + np.array(self.haze) * (1 - clear))


class Canvas:
    """A picture being painted. rgb: (h, w, 3) float32 0..1. owner: (h, w) int32."""

    def __init__(self, view: View, light: Light, rgb: Floats32) -> None:
        self.view, self.light, self.rgb = view, light, rgb
        self.owner: NDArray[np.int32] = np.full(rgb.shape[:2], SCENERY, np.int32)

    def paint(self, shape: Shape, *, owner: int = SCENERY, in_sun: float = 1.0) -> int:
        """Paint a thing that stands in the world; returns how many pixels it covers.

        Bodies that only carry a face are painted as -owner, and do not count.
        """
        outlines: list[Floats] = []
        fills: list[Floats] = []
        for body in sorted(shape.solids, key=lambda body: -self._distance(body.centre)):
            self._faces(body, in_sun, outlines, fills)
        bodies = -owner if shape.face_only else owner
        covered = self._fill(outlines, fills, bodies, shape.stains) * (not shape.face_only)
        for board in shape.boards:
            covered += self._board(board, owner, in_sun, shape.stains)
        return covered

    def _distance(self, point: Floats) -> float:
        return dist(point, self.view.position)

    def _faces(
        self, body: Solid, in_sun: float, outlines: list[Floats], fills: list[Floats]
    ) -> None:
        """Add the outlines in pixels and the tones of the faces that are turned to the lens."""
        facing = ((self.view.position - body.centres) * body.normals).sum(axis=1) > 0
        if body.flat:
            facing[:] = True
        local = self.view.to_camera(body.faces[facing])
        if not local.size or local[..., 2].max() <= NEAR_M:
            return
        distance, colours = self._distance(body.centre), body.colours[facing]
        tones = self.light.shade(colours, body.normals[facing], in_sun)
        if self.light.headlights:
            retro = np.broadcast_to(body.retro, len(body.faces))[facing]
            tones = tones + self.light.thrown_back(colours, retro, distance)
        tones = self.light.through_air(np.maximum(tones, colours * body.glow), distance)
        if local[..., 2].min() >= NEAR_M:
            outlines.extend(self.view.to_pixels(local))
            fills.extend(tones)
            return
        for face, tone in zip(local, tones, strict=True):
            clipped = _in_front(face)
            if len(clipped) >= 3:
                outlines.append(self.view.to_pixels(clipped))
                fills.append(tone)

    def _fill(
        self, outlines: list[Floats], fills: list[Floats], owner: int, stains: Stains | None
    ) -> int:
        corners = np.concatenate(outlines) if outlines else np.empty((0, 2))
        region = self._region(corners) if outlines else None
        if region is None:
            return 0
        rows, columns = region
        size = (rows.stop - rows.start, columns.stop - columns.start)
        scale = 4 if size[0] * size[1] < 40_000 else 2
        tile = np.zeros((size[0] * scale, size[1] * scale, 4), np.uint8)
        fine = ((corners - (columns.start, rows.start) + 0.5) * scale - 0.5) * (1 << _SHIFT)
        points = np.clip(fine, -(2**24), 2**24).round().astype(np.int32)
        ends = list(accumulate(len(outline) for outline in outlines))
        tones = np.clip(np.array(fills), 0, 1) * 255
        for start, end, tone in zip([0, *ends], ends, tones.tolist(), strict=False):
            cv2.fillConvexPoly(tile, points[start:end], (*tone, 255.0), cv2.LINE_8, _SHIFT)
        small = cv2.resize(tile, (size[1], size[0]), interpolation=cv2.INTER_AREA)
        return self._over(region, _stained(small.astype(np.float32) / 255, stains), owner)

    def _board(self, board: Board, owner: int, in_sun: float, stains: Stains | None) -> int:
        visible = self._clip_board(board)
        region = None if visible is None else self._region(visible[0])
        if visible is None or region is None:
            return 0
        corners, picture = visible
        rows, columns = region
        height, width = rows.stop - rows.start, columns.stop - columns.start
        scale = 2 if height * width < 40_000 else 1
        fine = (corners - (columns.start, rows.start) + 0.5) * scale - 0.5
        h, w = picture.shape[:2]
        source = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32) - 0.5
        warp = cv2.getPerspectiveTransform(source, fine.astype(np.float32))
        tile = cv2.warpPerspective(picture, warp, (width * scale, height * scale))
        if scale > 1:
            tile = cv2.resize(tile, (width, height), interpolation=cv2.INTER_AREA)
        towards = board.normal @ (self.view.position - board.centre)
        normal = board.normal if towards > 0 else -board.normal
        lit = self.light.shade(np.ones((1, 3)), normal[None], in_sun)[0]
        distance = self._distance(board.centre)
        if self.light.headlights:
            lit = lit + self.light.thrown_back(np.ones((1, 3)), board.retro, distance)[0]
        lit = np.maximum(lit, board.glow)
        clear = 0.5 ** (distance / self.light.haze_m)
        paint = tile.astype(np.float32)
        paint *= np.append(lit * clear, 1).astype(np.float32) / np.float32(255)
        paint[..., :3] += paint[..., 3:] * (np.array(self.light.haze) * (1 - clear)).astype("f4")
        return self._over(region, _stained(paint, stains), owner)

    def _clip_board(self, board: Board) -> tuple[Floats, Picture] | None:
        """The corners in pixels and the part of the picture that is before the lens."""
        left = self.view.to_camera(board.corners[[0, 3]])
        right = self.view.to_camera(board.corners[[1, 2]])
        depths = np.array([left[:, 2].min(), right[:, 2].min()])
        if depths.max() <= NEAR_M:
            return None
        start, stop = 0.0, 1.0
        if depths.min() < NEAR_M:
            crossing = (NEAR_M - depths[0]) / (depths[1] - depths[0])
            start, stop = (crossing, 1.0) if depths[0] < NEAR_M else (0.0, crossing)
        reach = right - left
        local = np.stack([left + reach * start, left + reach * stop])
        corners = self.view.to_pixels(local[[0, 1, 1, 0], [0, 0, 1, 1]])
        picture = _level(board.levels, corners)
        first, last = round(start * picture.shape[1]), round(stop * picture.shape[1])
        return (corners, picture[:, first:last]) if last - first >= 1 else None

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
        hull = np.asarray(
            cv2.convexHull(self.view.to_pixels(local).astype(np.float32))[:, 0], np.float32
        )
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
        """(left, top, right, bottom, pixels) of what is seen; right and bottom are exclusive."""
        mask = self.owner == owner
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        if not len(rows):
            return None
        ends = int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
        return *ends, int(np.count_nonzero(mask))


def _stained(paint: Floats32, stains: Stains | None) -> Floats32:
    """Premultiplied paint (h, w, 4) with a gain stretched over it."""
    if stains is not None:
        size = (paint.shape[1], paint.shape[0])
        paint[..., :3] *= cv2.resize(stains, size, interpolation=cv2.INTER_LINEAR)[..., None]
    return paint


def _in_front(face: Floats) -> Floats:
    """A polygon (n, 3) in camera axes, cut at the near plane (Sutherland and Hodgman 1974)."""
    kept = []
    for a, b in zip(face, np.roll(face, -1, axis=0), strict=True):
        if a[2] >= NEAR_M:
            kept.append(a)
        if (a[2] >= NEAR_M) != (b[2] >= NEAR_M):
            kept.append(a + (b - a) * (NEAR_M - a[2]) / (b[2] - a[2]))
    return np.array(kept).reshape(-1, 3)


def _level(levels: tuple[Picture, ...], corners: Floats) -> Picture:
    """The smallest level that is not much coarser than the picture on the screen."""
    sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
    shrink = min(
        levels[0].shape[1] / max(sides[0], sides[2], 1.0),
        levels[0].shape[0] / max(sides[1], sides[3], 1.0),
    )
    return levels[int(np.clip(np.log2(max(shrink, 1.0)) + 0.35, 0, len(levels) - 1))]
