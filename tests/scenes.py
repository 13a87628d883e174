"""Drives past known things in exact camera geometry: the input of the fusion tests."""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import numpy as np

from hazardmap.core.fusion.fuse import observe
from hazardmap.core.geometry.box import Box
from hazardmap.core.geometry.geodesy import Plane, between, moved
from hazardmap.core.kinds import KINDS
from hazardmap.core.seeing.camera import Camera, project
from hazardmap.core.seeing.locating import NotLocatable
from hazardmap.core.seeing.observation import Observation, View

Place = tuple[float, float]

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
HELSINKI: Place = (24.94, 60.17)
ASPECT = 16 / 9
_DEVICES = UUID("5d3d9f1e-54c5-4b61-9c6e-2f6d3f7d6a10")


@dataclass(frozen=True)
class Truth:
    """Something on the road: its kind and where it stands."""

    kind: str
    lon: float
    lat: float


def ahead(
    metres: float, kind: str = "cone", start: Place = HELSINKI, right_m: float = 3.0
) -> Truth:
    """A thing `metres` ahead of the start of a northbound drive, a little to the right."""
    lon, lat, bearing_deg = moved(*start, 0.0, metres)
    lon, lat, _ = moved(lon, lat, bearing_deg + 90.0, right_m)
    return Truth(kind, lon, lat)


def box_of(camera: Camera, bearing_deg: float, range_m: float, kind: str) -> Box | None:
    """The box that an upright thing fills; None if the frame cuts it anywhere but at the top."""
    foot = project(camera, bearing_deg, range_m, 0.0, ASPECT)
    head = project(camera, bearing_deg, range_m, max(KINDS[kind].height_m, 0.1), ASPECT)
    if foot is None or head is None:
        return None
    half = max((foot[1] - head[1]) / ASPECT * 0.4, 1e-4)
    box = Box(foot[0] - half, max(head[1], 0.0), foot[0] + half, foot[1])
    inside = box.left > 0.01 and box.right < 0.99 and box.bottom < 0.99 and box.top < box.bottom
    return box if inside else None


def driven_m(views: Sequence[View], plane: Plane) -> float:
    """From the first view to the last along the drive."""
    east_m, north_m, _ = plane.flatten([v.lon for v in views], [v.lat for v in views])
    return float(np.hypot(np.diff(east_m), np.diff(north_m)).sum())


class Fleet:
    """Makes drives with random numbers of its own, so that a test is the same every time."""

    def __init__(self, seed: int = 1, start: Place = HELSINKI) -> None:
        self._random = random.Random(seed)
        self._start = start
        self.views: list[View] = []
        self.observations: list[Observation] = []

    def drive(
        self,
        witness: int,
        at: datetime = NOON,
        *,
        there: Sequence[Truth] = (),
        offset_m: float = 0.0,
        frames: int = 13,
        scores: Collection[float] = (0.7, 0.8, 0.9),
        occluders: tuple[Box, ...] = (),
        usable: bool = True,
        dark: bool = False,
        simulated: bool = False,
        edge: bool = False,
        camera: Camera = Camera(pitch_sigma_deg=0.5, hfov_sigma_deg=2.0),  # noqa: B008 - frozen
    ) -> list[Observation]:
        """Drive 60 m north in steps of 5 m and report, in every frame, what is in view."""
        made = []
        off = self._random.gauss(0.0, offset_m), self._random.gauss(0.0, offset_m)
        for i in range(frames):
            true_lon, true_lat, heading = moved(*self._start, 0.0, 5.0 * i)
            lon, lat, _ = moved(true_lon, true_lat, heading + 90.0, off[0])
            lon, lat, _ = moved(lon, lat, heading, off[1])
            view = View(
                frame_id=self._id(),
                device_id=uuid5(_DEVICES, str(witness)),
                witness=witness,
                captured_at=at + timedelta(seconds=i * 0.5),
                lon=lon,
                lat=lat,
                accuracy_m=max(offset_m, 2.0),
                heading_deg=heading,
                heading_sigma_deg=2.0,
                speed_mps=10.0,
                camera=camera,
                usable=usable,
                dark=dark,
                occluders=occluders,
                simulated=simulated,
                edge=edge,
            )
            self.views.append(view)
            for truth in there:
                bearing_deg, range_m = between(true_lon, true_lat, truth.lon, truth.lat)
                off_deg = (bearing_deg - heading + 180.0) % 360.0 - 180.0
                box = box_of(camera, off_deg, range_m, truth.kind) if range_m < 60.0 else None
                score = self._random.choice(sorted(scores))
                if box is not None and abs(off_deg) < 60.0:
                    seen = observe(view, self._id(), truth.kind, score, box)
                    if not isinstance(seen, NotLocatable):
                        made.append(seen)
        self.observations += made
        return made

    def _id(self) -> UUID:
        return UUID(int=self._random.getrandbits(128))
