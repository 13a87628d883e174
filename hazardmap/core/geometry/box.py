"""A rectangle in a frame."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in a frame, in shares of its width and height (0..1, origin top left)."""

    left: float
    top: float
    right: float
    bottom: float

    def sides(self) -> list[float]:
        """Left, top, right, bottom: as it is stored and told."""
        return [self.left, self.top, self.right, self.bottom]
