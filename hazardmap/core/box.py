"""A rectangle in a frame."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in a frame, in shares of its width and height (0..1, origin top left)."""

    left: float
    top: float
    right: float
    bottom: float
