"""What the map is made of: where a camera looked, and what it saw there.

A `View` and its `Observation`s are everything that fusion may know about one frame. They are
written once, when the frame has been detected, and are never changed: replaying them under the
same parameters gives the same map (docs/adr/0002-observation.md).
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hazardmap.core.geometry.box import Box
from hazardmap.core.seeing.camera import Camera


@dataclass(frozen=True, slots=True)
class View:
    """One frame as evidence: a camera at a place and time that could have seen what was there.

    witness: the account's anonymous number; all devices of one account are one witness.
    lon, lat: degrees, WGS84. accuracy_m: one standard deviation per axis, > 0.
    heading_deg: 0..360 clockwise from north, None where nobody knows it (then nothing is located
    and nothing is held against a hazard). heading_sigma_deg: one standard deviation.
    usable: False for frames that are too dark, blurred or blocked to speak against anything.
    dark: night or tunnel; recall is lower. occluders: boxes of vehicles and people in the frame.
    aspect: width / height of the frame. simulated: rendered, or carries a made-up position.
    edge: what it shows is its device's word, of which we have seen a crop at most.
    """

    frame_id: UUID
    device_id: UUID
    witness: int
    captured_at: datetime
    lon: float
    lat: float
    accuracy_m: float
    heading_deg: float | None
    heading_sigma_deg: float
    speed_mps: float | None
    camera: Camera
    usable: bool
    dark: bool
    occluders: tuple[Box, ...]
    aspect: float = 16 / 9
    simulated: bool = False
    edge: bool = False

    @property
    def checked(self) -> bool:
        """Whether our own detector looked at it, and could see a road in it (docs/adr/0042)."""
        return self.usable and not self.edge


@dataclass(frozen=True, slots=True)
class Observation:
    """One detection that could be placed on the ground.

    lon, lat: where the thing stands. range_m: from the camera, > 0.
    cov_ee_m2, cov_en_m2, cov_nn_m2: covariance of its position east and north *without* the
    camera's own position error, which is shared by all frames of a pass and added once there.
    score: the detector's confidence, 0..1. box: where in the frame.
    """

    id: UUID
    frame_id: UUID
    kind: str
    score: float
    lon: float
    lat: float
    range_m: float
    cov_ee_m2: float
    cov_en_m2: float
    cov_nn_m2: float
    box: Box
