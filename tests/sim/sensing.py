"""What the cameras of one pass report: true things, phantoms and false alarms, as boxes.

Frames along one street, things around it: everything is (frames, things) arrays. The frames of
a pass share one luck per thing (a Gaussian copula with the scenario's correlation), for being
detected and for the score.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import beta

from tests.sim.scenario import Scenario
from tests.sim.world import HEIGHT_M, KINDS, WIDTH_M, Floats, Ints

ASPECT = 1280 / 720
_LANE_M = 2.0  # right of the middle of the street
_DARK = 0.6  # "recall times 0.6" of the scenario, which gives it in a comment only
_BLOCKED_M = 60.0  # for how long a vehicle in front hides what is behind it
_GRID = np.linspace(0.0, 1.0, 2049)


@dataclass(frozen=True)
class Lens:
    """The true camera of a vehicle."""

    height_m: float
    hfov_deg: float
    pitch_deg: float
    yaw_deg: float

    def project(self, bearing_rad: Floats, range_m: Floats, above_m: Floats | float):
        """Points over the road as shares (x, y) of the frame, and depth; as core.seeing.camera."""
        bearing = bearing_rad - np.radians(self.yaw_deg)
        forward, right = range_m * np.cos(bearing), range_m * np.sin(bearing)
        down, pitch = self.height_m - above_m, np.radians(self.pitch_deg)
        depth = forward * np.cos(pitch) + down * np.sin(pitch)
        below = down * np.cos(pitch) - forward * np.sin(pitch)
        focal = 0.5 / np.tan(np.radians(self.hfov_deg) / 2.0)
        safe = np.where(depth > 0.1, depth, np.inf)
        return 0.5 + focal * right / safe, 0.5 + focal * ASPECT * below / safe, depth


@dataclass(frozen=True)
class Detections:
    """Boxes of one pass, arrays of shape (n,): frame, source, kind index, score, edges (n, 4).

    source: index of the thing or phantom; -1 for a false alarm.
    """

    frame: Ints
    source: Ints
    kind: Ints
    score: Floats
    box: Floats


class Detector:
    """Draws what a detector reports, by the scenario's rules."""

    def __init__(self, scenario: Scenario) -> None:
        rule = scenario["detector"]
        ends = sorted((float(k.split("-")[1]), v) for k, v in rule["recall"].items())
        self._upto_m = np.array([end for end, _ in ends])
        self._recall = np.array([*(v for _, v in ends), 0.0])
        self._rule = rule
        self._noise = rule["box_noise_px"] / np.array(scenario["camera"]["image"])
        names = scenario["phantoms"]["kinds"]
        self._false_kind = np.array([KINDS.index(k) for k in names])
        self._false_share = np.cumsum(list(names.values())) / sum(names.values())
        self._true_q = beta.ppf(_GRID, rule["score_true"]["a"], rule["score_true"]["b"])
        self._false_q = beta.ppf(_GRID, rule["score_false"]["a"], rule["score_false"]["b"])

    def blocked(self, frames: int, spacing_m: float, rng: np.random.Generator):
        """Which frames see nothing but the vehicle in front, (frames,), in stretches."""
        length = max(round(_BLOCKED_M / spacing_m), 1)
        stretches = -(-frames // length) + 1
        hit = rng.random(stretches) < self._rule["occluded_share"]
        return np.repeat(hit, length)[rng.integers(length) :][:frames]

    def report(
        self,
        lens: Lens,
        bearing_rad: Floats,
        range_m: Floats,
        kind: Ints,
        height_m: Floats,
        deceives: Floats,
        blocked: NDArray[np.bool_],
        dark: bool,
        rng: np.random.Generator,
    ) -> Detections:
        """bearing_rad, range_m: (frames, things), from each frame. The rest: (things,).

        `source` counts the things given.
        """
        frames, count = range_m.shape
        width_m = np.array([WIDTH_M[k] for k in KINDS])[kind]
        box = self._boxes(lens, bearing_rad, range_m, height_m, width_m)
        recall = self._recall[np.searchsorted(self._upto_m, range_m)]
        recall = np.where(self._in_frame(box) & ~blocked[:, None], recall, 0.0)
        recall = recall * (_DARK if dark else 1.0)
        real = np.isnan(deceives)
        recall = recall * (real | (rng.random(count) < np.nan_to_num(deceives)))
        rho = self._rule["pass_correlation"]
        luck = np.sqrt(rho) * rng.normal(size=count)
        seen = ndtr(luck + np.sqrt(1 - rho) * rng.normal(size=(frames, count))) > 1.0 - recall
        frame, thing = np.nonzero(seen)
        merit = np.sqrt(rho) * rng.normal(size=count)
        u = ndtr(merit[thing] + np.sqrt(1 - rho) * rng.normal(size=len(frame)))
        score = np.where(
            real[thing], np.interp(u, _GRID, self._true_q), np.interp(u, _GRID, self._false_q)
        )
        return Detections(frame, thing, kind[thing], score, self._noisy(box[frame, thing], rng))

    def false_alarms(
        self, lens: Lens, frames: int, blocked: NDArray[np.bool_], rng: np.random.Generator
    ) -> Detections:
        """Boxes around nothing, each in one frame, at any place in view."""
        frame = np.flatnonzero(
            (rng.random(frames) < self._rule["false_alarms_per_frame"]) & ~blocked
        )
        count = len(frame)
        kind = self._false_kind[np.searchsorted(self._false_share, rng.random(count))]
        height_m = np.array([HEIGHT_M[k] for k in KINDS])[kind]
        width_m = np.array([WIDTH_M[k] for k in KINDS])[kind]
        bearing = np.radians(lens.yaw_deg + rng.uniform(-0.45, 0.45, count) * lens.hfov_deg)
        box = self._boxes(lens, bearing, rng.uniform(8.0, 60.0, count), height_m, width_m)
        score = np.interp(rng.random(count), _GRID, self._false_q)
        return Detections(frame, np.full(count, -1), kind, score, self._noisy(box, rng))

    @staticmethod
    def _boxes(lens: Lens, bearing_rad, range_m, height_m, width_m) -> Floats:
        x, bottom, depth = lens.project(bearing_rad, range_m, 0.0)
        _, top, _ = lens.project(bearing_rad, range_m, height_m)
        focal = 0.5 / np.tan(np.radians(lens.hfov_deg) / 2.0)
        half = focal * width_m / 2.0 / np.where(depth > 0.5, depth, np.inf)
        return np.stack((x - half, top, x + half, bottom), axis=-1)

    @staticmethod
    def _in_frame(box: Floats) -> NDArray[np.bool_]:
        middle = (box[..., 0] + box[..., 2]) / 2.0
        wide = box[..., 2] > box[..., 0]
        return wide & (middle > 0.0) & (middle < 1.0) & (box[..., 3] < 1.0) & (box[..., 1] < 1.0)

    def _noisy(self, box: Floats, rng: np.random.Generator) -> Floats:
        noise = np.array([*self._noise, *self._noise])
        box = np.clip(box + rng.normal(size=box.shape) * noise, 0.0, 1.0)
        smallest = 1.0 / np.array([1280, 720])
        box[:, :2] = np.minimum(box[:, :2], 1.0 - smallest)
        box[:, 2:] = np.maximum(box[:, 2:], box[:, :2] + smallest)
        return box
