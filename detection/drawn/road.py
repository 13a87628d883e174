"""The road before the camera, in metres to the right of the lens and ahead of it."""

from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Road:
    """Lane lines and edges. lines_m: from left to right, the outer two bound the lanes.

    left_m, right_m: where the pavement ends, shoulders included. bend_per_m: curvature, positive to
    the right.
    """

    lines_m: tuple[float, ...]
    left_m: float
    right_m: float
    bend_per_m: float = 0.0

    def at(self, right_m: float, ahead_m: float) -> tuple[float, float]:
        """The place (east, north) there, metres; good for gentle bends."""
        return right_m + self.bend_per_m * ahead_m**2 / 2, ahead_m

    @property
    def lanes(self) -> tuple[tuple[float, float], ...]:
        """All lanes, each between two lines."""
        return tuple(pairwise(self.lines_m))

    def mirrored(self) -> "Road":
        """The same road in a mirror."""
        lines = tuple(-x for x in reversed(self.lines_m))
        return Road(lines, -self.right_m, -self.left_m, -self.bend_per_m)
