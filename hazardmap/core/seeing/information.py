"""Where a thing stands, from lines of sight taken in one by one.

By single numbers: for two dimensions arrays take ten times as long.
"""

import math
from typing import Final

from hazardmap.core.seeing.lines import Line

_SAME_BIAS: Final = 0.7  # correlation of the placing errors of a pass: pitch, yaw, field of view

Vector = tuple[float, float]
Symmetric = tuple[float, float, float]
"""A symmetric 2 x 2 matrix: [[0], [1]], [[1], [2]]."""


class Information:
    """An information filter for a thing that stands still (Maybeck 1979, section 5.7).

    mean_m: east, north; before the first line a guess at which that is linearised. cov_m2: the
    frames' errors are correlated, so that n frames of equal weight count as n / (1 + (n−1)·0.7).
    """

    __slots__ = ("_information", "_squares", "_vector", "_weight", "cov_m2", "mean_m")

    def __init__(self, guess_m: Vector) -> None:
        self.mean_m = guess_m
        self.cov_m2: Symmetric = (math.inf, 0.0, math.inf)
        self._information: Symmetric = (0.0, 0.0, 0.0)
        self._vector: Vector = (0.0, 0.0)
        self._weight = self._squares = 0.0

    def add(self, seen: Line, jitter_m2: float) -> None:
        """Take in one more line, linearised at the estimate. jitter_m2: of the camera's place."""
        east_m, north_m = self.mean_m
        (off_e, off_n), (ee, en, nn) = _innovation(seen, east_m, north_m)
        told = _inverse(ee + jitter_m2, en, nn + jitter_m2)
        vector_e, vector_n = _times(told, east_m + off_e, north_m + off_n)
        a, b, d = self._information
        self._information = a, b, d = a + told[0], b + told[1], d + told[2]
        self._vector = self._vector[0] + vector_e, self._vector[1] + vector_n
        weight = told[0] + told[2]
        self._weight += weight
        self._squares += weight**2
        ee, en, nn = _inverse(a, b, d)
        self.mean_m = _times((ee, en, nn), *self._vector)
        shared = 1.0 + (self._weight**2 / self._squares - 1.0) * _SAME_BIAS
        self.cov_m2 = ee * shared, en * shared, nn * shared


def _innovation(seen: Line, east_m: float, north_m: float) -> tuple[Vector, Symmetric]:
    """`lines.innovations` for one line and one place."""
    camera_e, camera_n = seen.camera_m
    sight_e, sight_n = east_m - camera_e, north_m - camera_n
    range_m = max(math.hypot(sight_e, sight_n), 1.0)
    along_e, along_n = sight_e / range_m, sight_n / range_m
    turn = math.remainder(seen.bearing_rad - math.atan2(sight_e, sight_n), 2 * math.pi)
    farther_m, aside_m = range_m - range_m**2 * seen.nearness, range_m * turn
    off = along_e * farther_m + along_n * aside_m, along_n * farther_m - along_e * aside_m
    along_var, across_var = range_m**4 * seen.nearness_var, range_m**2 * seen.bearing_var
    return off, (
        along_e**2 * along_var + along_n**2 * across_var,
        along_e * along_n * (along_var - across_var),
        along_n**2 * along_var + along_e**2 * across_var,
    )


def _inverse(a: float, b: float, d: float) -> Symmetric:
    determinant = a * d - b * b
    return d / determinant, -b / determinant, a / determinant


def _times(matrix: Symmetric, x: float, y: float) -> Vector:
    a, b, d = matrix
    return a * x + b * y, b * x + d * y
