"""Pinhole camera on a moving vehicle: from a box in a frame to a place on the ground."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Camera:
    """Where a camera is mounted and what it sees.

    hfov_deg: horizontal field of view, 20..170. height_m: lens above the road, 0.3..5.
    pitch_deg: down is positive. roll_deg: clockwise is positive. yaw_deg: of the lens against
    the direction of travel, right is positive. *_sigma_*: one standard deviation of each.
    """

    hfov_deg: float = 75.0
    height_m: float = 1.4
    pitch_deg: float = 0.0
    roll_deg: float = 0.0
    yaw_deg: float = 0.0
    hfov_sigma_deg: float = 8.0
    height_sigma_m: float = 0.2
    pitch_sigma_deg: float = 2.0
    yaw_sigma_deg: float = 2.0


DEFAULT_CAMERA: Final = Camera()
