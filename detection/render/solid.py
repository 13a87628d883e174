"""Convex bodies of flat coloured faces, and flat boards with a picture on them.

Local axes of a thing: right, away (from the viewer it faces) and up, metres, standing at 0.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import cos, pi, radians, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from detection.render.camera import Floats

Colour = tuple[float, float, float]
Picture = NDArray[np.uint8]
Stains = NDArray[np.float32]


@dataclass(frozen=True)
class Solid:
    """A convex body. faces: (n, 4, 3) corners, a triangle repeats one. colours: (n, 3), 0..1.

    Later faces lie on earlier ones: a marking is drawn after the face that carries it.
    retro: how many times brighter than matt paint the faces throw headlights back, one number or
    one a face (n,). glow: share of its colour that the body shines with by itself, 0..1.
    """

    faces: Floats
    colours: Floats
    retro: Floats | float = 0.0
    glow: float = 0.0

    @cached_property
    def centres(self) -> Floats:
        """Middle of every face, (n, 3)."""
        return np.asarray(self.faces.mean(axis=1))

    @cached_property
    def centre(self) -> Floats:
        """Middle of the body, (3,)."""
        return np.asarray(self.centres.mean(axis=0))

    @cached_property
    def flat(self) -> bool:
        """Whether all faces lie in one plane, so that there is no outside."""
        return bool(abs(self._lift(_normals(self.faces))).max() < 1e-9)

    @cached_property
    def normals(self) -> Floats:
        """Unit normals (n, 3), outwards; upwards for what is flat."""
        normals = _normals(self.faces)
        side = normals[:, 2] if self.flat else self._lift(normals)
        return np.where(side[:, None] < 0, -normals, normals)

    def _lift(self, normals: Floats) -> Floats:
        return np.asarray(((self.centres - self.centre) * normals).sum(axis=1))


@dataclass(frozen=True)
class Board:
    """A flat picture. corners: (4, 3) from the top left clockwise. levels: see `pyramid`.

    retro, glow: as of a `Solid`.
    """

    corners: Floats
    levels: tuple[Picture, ...]
    retro: float = 0.0
    glow: float = 0.0

    @cached_property
    def centre(self) -> Floats:
        """Middle of the board, (3,)."""
        return np.asarray(self.corners.mean(axis=0))

    @cached_property
    def normal(self) -> Floats:
        """Unit normal (3,), to either side."""
        return np.asarray(_normals(self.corners[None])[0])


@dataclass(frozen=True)
class Shape:
    """What a thing is made of. stains: gain (h, w) around 1, stretched over what is seen of it.

    face_only: whoever labels a picture means the boards; bodies only carry them (as posts).
    """

    solids: tuple[Solid, ...] = ()
    boards: tuple[Board, ...] = ()
    stains: Stains | None = None
    face_only: bool = False

    def placed(self, east_m: float, north_m: float, heading_deg: float) -> "Shape":
        """The same thing in the world, its away axis pointing to heading_deg."""
        h = radians(heading_deg)
        turn = np.array([[cos(h), -sin(h), 0.0], [sin(h), cos(h), 0.0], [0.0, 0.0, 1.0]])
        to = np.array([east_m, north_m, 0.0])
        return self.moved(turn, to)

    def moved(self, turn: Floats, to: Floats) -> "Shape":
        """The same thing with its points (n, 3) multiplied by `turn` (3, 3), then shifted."""
        return replace(
            self,
            solids=tuple(replace(s, faces=s.faces @ turn + to) for s in self.solids),
            boards=tuple(replace(b, corners=b.corners @ turn + to) for b in self.boards),
        )

    def __add__(self, other: "Shape") -> "Shape":
        """Both things as one."""
        return Shape(self.solids + other.solids, self.boards + other.boards, self.stains)

    @cached_property
    def points(self) -> Floats:
        """All corners, shape (n, 3)."""
        parts = [s.faces.reshape(-1, 3) for s in self.solids] + [b.corners for b in self.boards]
        return np.concatenate(parts)


def trimmed(picture: Picture) -> Picture:
    """A picture (h, w, 4) without its transparent margins, so that its size is the thing's."""
    shown = picture[..., 3] >= 128
    rows, columns = np.flatnonzero(shown.any(axis=1)), np.flatnonzero(shown.any(axis=0))
    return picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def pyramid(picture: Picture) -> tuple[Picture, ...]:
    """A picture (h, w, 4) with premultiplied alpha, and its halves down to a few pixels."""
    alpha = picture[..., 3:].astype(np.uint16)
    level = np.dstack([(picture[..., :3] * alpha // 255).astype(np.uint8), picture[..., 3]])
    levels = [level]
    while min(level.shape[:2]) > 3:
        size = (max(level.shape[1] // 2, 1), max(level.shape[0] // 2, 1))
        level = cv2.resize(level, size, interpolation=cv2.INTER_AREA)
        levels.append(level)
    return tuple(levels)


def solid(
    faces: Iterable[Sequence[Sequence[float]]], colours: Iterable[Colour], *, retro: float = 0.0
) -> Solid:
    """A body of faces with three or four corners each, one colour a face."""
    quads = [list(face) + [face[-1]] * (4 - len(face)) for face in faces]
    tones = np.array(list(colours), dtype=np.float64)
    return Solid(np.array(quads, dtype=np.float64), tones, retro)


def with_marks(body: Solid, marks: Solid) -> Solid:
    """A body with further faces on its surface."""
    return Solid(
        np.concatenate([body.faces, marks.faces]),
        np.concatenate([body.colours, marks.colours]),
        np.concatenate([np.broadcast_to(b.retro, len(b.faces)) for b in (body, marks)]),
    )


def box(
    size: tuple[float, float, float],
    at: tuple[float, float, float],
    colour: Colour,
    *,
    taper: float = 1.0,
    turn_deg: float = 0.0,
) -> Solid:
    """A box of size (right, away, up) on the point `at`; its top is `taper` times its base."""
    w, d, h = size[0] / 2, size[1] / 2, size[2]
    base = np.array([[-w, -d, 0], [w, -d, 0], [w, d, 0], [-w, d, 0]])
    top = base * (taper, taper, 1) + (0, 0, h)
    c, s = cos(radians(turn_deg)), sin(radians(turn_deg))
    corners = np.concatenate([base, top]) @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]]) + at
    sides = [[0, 1, 5, 4], [1, 2, 6, 5], [2, 3, 7, 6], [3, 0, 4, 7], [4, 5, 6, 7], [0, 1, 2, 3]]
    return Solid(corners[np.array(sides)], np.tile(np.array(colour), (6, 1)))


def revolution(
    profile: Sequence[tuple[float, float]],
    colours: Sequence[Colour],
    *,
    sides: int = 20,
    retro: Sequence[float] = (),
) -> Solid:
    """A body of revolution. profile: (radius, up) pairs; one colour between each two of them.

    retro: one number between each two of them, as of a `Solid`; none is matt.
    """
    angles = np.arange(sides + 1) * 2 * pi / sides
    ring = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    faces, tones = [], []
    bands = list(zip(profile, profile[1:], colours, strict=False))
    shine = [*retro, *[0.0] * (len(bands) + 1 - len(retro))]
    for (r0, z0), (r1, z1), colour in bands:
        low = np.column_stack([ring * r0, np.full(sides + 1, z0)])
        high = np.column_stack([ring * r1, np.full(sides + 1, z1)])
        faces.append(np.stack([low[:-1], low[1:], high[1:], high[:-1]], axis=1))
        tones.append(np.tile(np.array(colour), (sides, 1)))
    radius, top = profile[-1]
    if radius > 0:
        rim = np.column_stack([ring * radius, np.full(sides + 1, top)])
        centre = np.tile(np.array([0.0, 0.0, top]), (sides, 1))
        faces.append(np.stack([rim[:-1], rim[1:], centre, centre], axis=1))
        tones.append(np.tile(np.array(colours[-1]), (sides, 1)))
    return Solid(
        np.concatenate(faces), np.concatenate(tones), np.repeat(shine[: len(faces)], sides)
    )


def upright(width_m: float, height_m: float, bottom_m: float, levels: tuple[Picture, ...]) -> Board:
    """A picture (see `pyramid`) standing on edge across the line of sight."""
    w, top = width_m / 2, bottom_m + height_m
    corners = [[-w, 0, top], [w, 0, top], [w, 0, bottom_m], [-w, 0, bottom_m]]
    return Board(np.array(corners, dtype=np.float64), levels)


def _normals(faces: Floats) -> Floats:
    """Unit normals of faces (n, 4, 3), a repeated corner allowed."""
    cross = np.cross(faces[:, 2] - faces[:, 0], faces[:, 3] - faces[:, 1])
    return np.asarray(cross / np.maximum(np.linalg.norm(cross, axis=1, keepdims=True), 1e-12))
