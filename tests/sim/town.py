"""The stream that a fleet sends from the simulated town, pass by pass, and the truth behind it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
from pyproj import Geod

from hazardmap.core.fusion.fuse import observe
from hazardmap.core.geometry.box import Box
from hazardmap.core.seeing.camera import DEFAULT_CAMERA, Camera
from hazardmap.core.seeing.locating import NotLocatable
from hazardmap.core.seeing.observation import Observation, View
from tests.sim import traffic, world
from tests.sim.scenario import Scenario
from tests.sim.sensing import ASPECT, Detections, Detector, Lens
from tests.sim.world import KINDS, Floats

START = datetime(2026, 5, 4, tzinfo=UTC)
CORNER = (24.90, 60.15)
_GEOD = Geod(ellps="WGS84")
_REACH_M = 82.0
_LANE_M = 2.0
# What the service states of a device's lens and heading (hazards.services.evidence_take).
_HFOV_SIGMA_DEG, _HEADING_SIGMA_DEG, _TRACK_SIGMA_DEG = 4.0, 4.0, 10.0
_CHORD = 2  # frames before and after, between which a track's heading is taken
_INVENTED_PER_PASS = 0.5
_AHEAD = (Box(0.0, 0.2, 1.0, 1.0),)  # a lorry close in front fills the frame from side to side

CameraOf = Callable[[UUID, Camera], Camera]


def as_stated(_device: UUID, stated: Camera) -> Camera:
    """Nothing is known of a device but what its pictures state."""
    return stated


@dataclass(frozen=True)
class Drive:
    """What one pass sends. sources: truth behind each observation, never shown to the map.

    number: of the pass in the plan. A source below `len(sources of the world)` is a thing or
    a phantom, above it a false alarm or a lie, with a number of its own.
    """

    number: int
    views: list[View]
    observations: list[Observation]
    sources: list[int]
    arrives_at: datetime
    end_h: float
    path_m: Floats


class Town:
    """One seed of the scenario. The same seed gives the same stream."""

    def __init__(self, scenario: Scenario, seed: int, days: float | None = None) -> None:
        self.days = float(scenario["days"] if days is None else days)
        rng = np.random.default_rng([seed, 0])
        self.seed, self._scenario = seed, scenario
        self.streets = world.streets(scenario["world"], rng)
        self.sources = world.sources(scenario, self.streets, self.days, rng)
        self.fleet = traffic.fleet(scenario, rng)
        self.plan = traffic.plan(scenario, self.streets, self.days, rng)
        self._detector = Detector(scenario)
        self._spacing_m = float(scenario["traffic"]["frame_spacing_m"])

    @property
    def frames(self) -> int:
        """How many frames the whole stream has."""
        per_street = np.floor(self.streets.length_m / self._spacing_m).astype(int) + 1
        return int(per_street[self.plan.street].sum())

    def drives(self, camera_of: CameraOf = as_stated) -> Iterator[Drive]:
        """Every pass in order of its end."""
        for number in range(len(self.plan.street)):
            yield self.drive(number, camera_of)

    def by_arrival(self) -> Iterator[Drive]:
        """Every pass in order of its arrival; what is sent twice comes twice."""
        again = np.flatnonzero(self.plan.twice)
        number = np.concatenate((np.arange(len(self.plan.street)), again))
        at_h = np.concatenate((self.plan.arrives_h, self.plan.arrives_h[again] + 1.0))
        for i in np.argsort(at_h, kind="stable"):
            yield self.drive(int(number[i]))

    def drive(self, number: int, camera_of: CameraOf = as_stated) -> Drive:
        """One pass, with the same boxes whenever it is asked for.

        camera_of: what the service knows of a device's camera beyond what its pictures state.
        """
        rng = np.random.default_rng([self.seed, 1, number])
        path_m, toward = self._path(number)
        stated_m = self._stated(number, path_m, rng)
        blocked = self._detector.blocked(len(path_m), self._spacing_m, rng)
        lens = self._lens(number)
        found, sources = self._found(number, path_m, toward, lens, blocked, rng)
        device = UUID(int=(2 << 100) | int(self.plan.vehicle[number]))
        camera = camera_of(device, _stated_camera(lens.hfov_deg))
        views = self._views(number, stated_m, toward, blocked, device, camera, rng)
        observations, truths = [], []
        base = number << 24
        for i in range(len(found.frame)):
            view = views[found.frame[i]]
            box = Box(*found.box[i].tolist())
            id_ = UUID(int=(1 << 100) | base | i)
            kind = KINDS[found.kind[i]]
            seen = observe(view, id_, kind, float(found.score[i]), box)
            if not isinstance(seen, NotLocatable):
                observations.append(seen)
                truths.append(int(sources[i]))
        arrives = START + timedelta(hours=float(self.plan.arrives_h[number]))
        end_h = float(self.plan.end_h[number])
        return Drive(number, views, observations, truths, arrives, end_h, path_m)

    def _path(self, number: int) -> tuple[Floats, Floats]:
        street = self.plan.street[number]
        along, length_m = self.streets.along[street], self.streets.length_m[street]
        sign = 1.0 if self.plan.forward[number] else -1.0
        toward = along * sign
        right = np.array([toward[1], -toward[0]])
        begin = self.streets.start_m[street] + (0.0 if sign > 0 else length_m) * along
        steps_m = np.arange(0.0, length_m + 1e-6, self._spacing_m)
        return begin + right * _LANE_M + steps_m[:, None] * toward, toward

    def _lens(self, number: int) -> Lens:
        vehicle, fleet = self.plan.vehicle[number], self.fleet
        return Lens(
            float(fleet.height_m[vehicle]),
            float(fleet.hfov_deg[vehicle]),
            float(fleet.pitch_deg[vehicle]),
            float(fleet.yaw_deg[vehicle]),
        )

    def _sigma_m(self, number: int) -> float:
        gnss = self._scenario["gnss"]
        canyon = self.streets.canyon[self.plan.street[number]]
        return float(gnss["sigma_canyon_m"] if canyon else gnss["sigma_m"])

    def _stated(self, number: int, path_m: Floats, rng: np.random.Generator) -> Floats:
        offset_m = rng.normal(0.0, self._sigma_m(number), 2)
        jitter_m = rng.normal(0.0, self._scenario["gnss"]["jitter_m"], path_m.shape)
        return path_m + offset_m + jitter_m

    def _found(self, number, path_m, toward, lens, blocked, rng):
        """Detections and the source of each."""
        at_h = float(self.plan.end_h[number])
        liar = int(self.fleet.liar[self.fleet.account[self.plan.vehicle[number]]])
        here = self._near(path_m, at_h)
        there = self.sources
        kind, place_m, height_m = there.kind[here], there.place_m[here], there.height_m[here]
        deceives = there.deceives[here]
        if liar:
            here, kind, place_m, height_m = self._invented(number, liar, rng)
            deceives = np.full(len(here), np.nan)  # a lie looks like the truth
        sight = place_m[None] - path_m[:, None]
        range_m = np.hypot(sight[..., 0], sight[..., 1])
        bearing = np.arctan2(sight[..., 0], sight[..., 1]) - np.arctan2(toward[0], toward[1])
        bearing = np.remainder(bearing + np.pi, 2 * np.pi) - np.pi
        dark = bool(self.plan.dark[number])
        found = self._detector.report(
            lens,
            bearing,
            range_m,
            kind,
            height_m,
            deceives,
            blocked,
            dark,
            rng,
        )
        false = self._detector.false_alarms(lens, len(path_m), blocked, rng)
        own = len(self.sources.kind) + number * 64
        sources = np.concatenate((here[found.source], own + np.arange(len(false.frame))))
        found = _joined(found, false)
        return found, sources

    def _invented(self, number: int, liar: int, rng: np.random.Generator):
        """(source, kind, place, height) of what a liar reports instead: one thing or nothing.

        A colluding group always invents the same thing in a street.
        """
        street = int(self.plan.street[number])
        own = len(self.sources.kind)
        source = own + number * 64 + 63
        if liar > 0:
            rng = np.random.default_rng([self.seed, 2, liar, street])
            source = own + len(self.plan.street) * 64 + liar * len(self.streets.length_m) + street
        count = int(rng.random() < _INVENTED_PER_PASS)
        kind = rng.integers(len(KINDS), size=count)
        along = self.streets.along[street]
        at_m = rng.uniform(0.0, self.streets.length_m[street], (count, 1))
        aside_m = rng.uniform(-4.0, 4.0, (count, 1)) * np.array([along[1], -along[0]])
        place_m = self.streets.start_m[street] + at_m * along + aside_m
        height_m = np.array([world.HEIGHT_M[k] for k in KINDS])[kind]
        return np.full(count, source), kind, place_m, height_m

    def _near(self, path_m: Floats, at_h: float):
        low, high = path_m.min(axis=0) - _REACH_M, path_m.max(axis=0) + _REACH_M
        place, there = self.sources.place_m, self.sources
        inside = ((place >= low) & (place <= high)).all(axis=1)
        return np.flatnonzero(inside & (there.born_h <= at_h) & (at_h < there.gone_h))

    def _views(self, number, stated_m, toward, blocked, device, camera, rng) -> list[View]:
        lon, lat, turn_deg = _lonlat(stated_m)
        heading, sigma_deg = self._headings(number, stated_m, toward, rng)
        heading = np.remainder(heading + turn_deg, 360.0)
        vehicle = int(self.plan.vehicle[number])
        witness = int(self.fleet.account[vehicle])
        speed = float(self.plan.speed_mps[number])
        step = timedelta(seconds=self._spacing_m / speed)
        begin = START + timedelta(hours=float(self.plan.start_h[number]))
        base = (3 << 100) | (number << 24)
        dark = bool(self.plan.dark[number])
        sigma_m = self._sigma_m(number)
        return [
            View(
                UUID(int=base | i),
                device,
                witness,
                begin + i * step,
                lon_deg,
                lat_deg,
                sigma_m,
                heading_deg,
                sigma_deg,
                speed,
                camera,
                True,
                dark,
                _AHEAD if hidden else (),
                ASPECT,
            )
            for i, (lon_deg, lat_deg, heading_deg, hidden) in enumerate(
                zip(lon.tolist(), lat.tolist(), heading.tolist(), blocked.tolist(), strict=True)
            )
        ]

    def _headings(self, number, stated_m, toward, rng) -> tuple[Floats, float]:
        """Degrees from the plane's north as the phone says them, else as its track tells."""
        if self.fleet.knows_heading[self.plan.vehicle[number]]:
            error_deg = rng.normal(0.0, self._scenario["gnss"]["heading_sigma_deg"])
            true_deg = np.degrees(np.arctan2(toward[0], toward[1]))
            return np.full(len(stated_m), true_deg + error_deg), _HEADING_SIGMA_DEG
        index = np.arange(len(stated_m))
        first = np.clip(index - _CHORD, 0, len(index) - 1 - 2 * _CHORD)
        chord = stated_m[first + 2 * _CHORD] - stated_m[first]
        return np.degrees(np.arctan2(chord[:, 0], chord[:, 1])), _TRACK_SIGMA_DEG


def _joined(a: Detections, b: Detections) -> Detections:
    return Detections(
        np.concatenate((a.frame, b.frame)),
        np.concatenate((a.source, b.source)),
        np.concatenate((a.kind, b.kind)),
        np.concatenate((a.score, b.score)),
        np.concatenate((a.box, b.box)),
    )


def _stated_camera(hfov_deg: float) -> Camera:
    base = DEFAULT_CAMERA
    return Camera(
        hfov_deg=hfov_deg,
        height_m=base.height_m,
        hfov_sigma_deg=_HFOV_SIGMA_DEG,
        height_sigma_m=base.height_sigma_m,
        pitch_sigma_deg=base.pitch_sigma_deg,
        yaw_sigma_deg=base.yaw_sigma_deg,
    )


def _lonlat(place_m: Floats) -> tuple[Floats, Floats, Floats]:
    """(lon, lat, bearing there minus bearing in the plane, degrees) of places in the town."""
    distance_m = np.hypot(place_m[:, 0], place_m[:, 1])
    out_deg = np.degrees(np.arctan2(place_m[:, 0], place_m[:, 1]))
    count = len(place_m)
    lon, lat, back_deg = _GEOD.fwd(
        np.full(count, CORNER[0]), np.full(count, CORNER[1]), out_deg, distance_m
    )
    turn = np.remainder(np.asarray(back_deg) + 180.0 - out_deg + 180.0, 360.0) - 180.0
    return np.asarray(lon), np.asarray(lat), turn
