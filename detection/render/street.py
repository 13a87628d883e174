"""A street as coordinates: metres along its centre line and metres to the right of it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from detection.render.camera import Floats
from detection.render.roads import Section

Floats32 = NDArray[np.floating[Any]]
"""Whole pictures and grids, float32 for speed."""

RUN_OUT_M = 250
_GRID_M = 2.0
_MARGIN_M = 60.0


@dataclass(frozen=True)
class Street:
    """A section with its cross-section, right-hand traffic, one lane each way.

    kerb_m: centre line to kerb, parking lane included. wall_m: centre line to the house fronts.
    lane_m: width of a lane. The line runs on straight for 250 m beyond both ends of the section.
    """

    section: Section
    lane_m: float
    kerb_m: float
    wall_m: float

    @cached_property
    def _line(self) -> Floats:
        points = self.section.points_m
        reach = np.arange(1, RUN_OUT_M + 1)[:, None]
        head = points[0] - reach[::-1] * (points[1] - points[0])
        tail = points[-1] + reach * (points[-1] - points[-2])
        return np.concatenate([head, points, tail])

    @cached_property
    def _tangents(self) -> Floats:
        steps = np.gradient(self._line, axis=0)
        return np.asarray(steps / np.linalg.norm(steps, axis=1, keepdims=True))

    def at(self, along_m: float, right_m: float) -> tuple[float, float]:
        """The place (east, north) that far along and to the right, metres."""
        index = along_m + RUN_OUT_M
        steps = np.arange(len(self._line))
        east, north = (np.interp(index, steps, self._line[:, i]) for i in (0, 1))
        x, y = (np.interp(index, steps, self._tangents[:, i]) for i in (0, 1))
        return float(east + right_m * y), float(north - right_m * x)

    def heading_deg(self, along_m: float) -> float:
        """Direction of travel there, degrees clockwise from north, 0..360."""
        i = int(np.clip(round(along_m) + RUN_OUT_M, 0, len(self._line) - 1))
        x, y = self._tangents[i]
        return float(np.degrees(np.arctan2(x, y)) % 360)

    def locate(self, east_m: Floats32, north_m: Floats32) -> tuple[Floats32, Floats32]:
        """Street coordinates (along, right) of places, metres; good within 60 m of the line."""
        (east0, north0), along, right = self._lookup
        column, row = (east_m - east0) / _GRID_M, (north_m - north0) / _GRID_M
        return sampled(along, column, row), sampled(right, column, row)

    @cached_property
    def _lookup(self) -> tuple[tuple[np.float32, np.float32], Floats32, Floats32]:
        """Street coordinates on a grid of the plane: (corner, along, right)."""
        low, high = self._line.min(axis=0) - _MARGIN_M, self._line.max(axis=0) + _MARGIN_M
        east = np.arange(low[0], high[0], _GRID_M)
        north = np.arange(low[1], high[1], _GRID_M)
        along = np.empty((len(north), len(east)), np.float32)
        right = np.empty_like(along)
        for row, y in enumerate(north):
            dx = east[:, None] - self._line[None, :, 0]
            dy = y - self._line[:, 1]
            near = np.argmin(dx**2 + dy[None, :] ** 2, axis=1)
            tangent = self._tangents[near]
            step = np.stack([east - self._line[near, 0], y - self._line[near, 1]], axis=1)
            along[row] = near - RUN_OUT_M + (step * tangent).sum(axis=1)
            right[row] = step[:, 0] * tangent[:, 1] - step[:, 1] * tangent[:, 0]
        return (np.float32(low[0]), np.float32(low[1])), along, right


def sampled(
    grid: Floats32, column: Floats32, row: Floats32, border: int = cv2.BORDER_REPLICATE
) -> Floats32:
    """A grid read between its points, float32."""
    return np.asarray(cv2.remap(grid, column, row, cv2.INTER_LINEAR, borderMode=border), np.float32)
