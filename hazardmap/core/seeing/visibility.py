"""Should this pass have seen it? Frame, distance, traffic in front, darkness, blur."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from hazardmap.core.geometry.box import Box
from hazardmap.core.geometry.geodesy import Floats, Plane
from hazardmap.core.seeing.camera import project
from hazardmap.core.seeing.locating import framed_m, reach_m
from hazardmap.core.seeing.observation import View
from hazardmap.core.seeing.passes import accuracy_m, heading_deg, heading_sigma_deg
from hazardmap.core.seeing.recall import RecallTable, recall_at

_NEAREST_M: Final = 4.0  # no place is known so well that what is closer is surely before it
_MARGIN_RAD: Final = math.radians(2.0)  # half a thing at the edge of the frame is not reported
_SUREST: Final = 0.98  # no pass is surer than that to report what is there


class Target(NamedTuple):
    """Something that a pass may see: its place in the plane, sigma per axis, and kind."""

    east_m: float
    north_m: float
    sigma_m: float
    kind: str


@dataclass(frozen=True, slots=True)
class Looks:
    """The views of one pass in a plane, as arrays of shape (n,).

    bearing_rad: of the lens, in the plane. bearing_sigma_rad: heading, mounting and half of the
    field of view together. framed_m: shape (2, n), between which distances before the lens the
    road is in the frame. speaks: whether a view can speak against anything. dark: taken at night.
    obstructed: whether anything may hide things there.
    """

    views: tuple[View, ...]
    east_m: Floats
    north_m: Floats
    bearing_rad: Floats
    bearing_sigma_rad: Floats
    half_fov_rad: Floats
    framed_m: Floats
    accuracy_m: Floats
    speaks: NDArray[np.bool_]
    dark: NDArray[np.bool_]
    obstructed: NDArray[np.bool_]


def looks(views: Sequence[View], plane: Plane) -> Looks:
    """Prepare the views of a pass for `chances`."""
    east_m, north_m, turn = plane.flatten([v.lon for v in views], [v.lat for v in views])
    headings = [heading_deg(v) for v in views]
    lens_deg = [(h or 0.0) + v.camera.yaw_deg for h, v in zip(headings, views, strict=True)]
    sigma_deg = [
        math.hypot(heading_sigma_deg(v), v.camera.yaw_sigma_deg, v.camera.hfov_sigma_deg / 2)
        for v in views
    ]
    speaks = [h is not None and v.usable for h, v in zip(headings, views, strict=True)]
    return Looks(
        views=tuple(views),
        east_m=east_m,
        north_m=north_m,
        bearing_rad=np.radians(lens_deg) - turn,
        bearing_sigma_rad=np.radians(sigma_deg),
        half_fov_rad=np.radians([v.camera.hfov_deg / 2 for v in views]),
        framed_m=np.array([framed_m(v.camera, v.aspect) for v in views]).T,
        accuracy_m=np.array([accuracy_m(v) for v in views]),
        speaks=np.array(speaks),
        dark=np.array([v.dark for v in views]),
        obstructed=np.array([bool(v.occluders) for v in views]),
    )


class Chance(NamedTuple):
    """What a pass would report of a target if it is there.

    frames: how many frames it is worth, evenly lit ones, ≥ 0. recall: of one such frame, 0..1.
    reported: probability that at least one frame reports it, 0..0.98.
    """

    frames: float
    recall: float
    reported: float


_BLIND: Final = Chance(0.0, 0.0, 0.0)


def chances(seen_from: Looks, targets: Sequence[Target], table: RecallTable) -> list[Chance]:
    """What the pass would report of each target.

    The frames of a pass fail together. Their reports are beta-binomial: the recall of the pass
    is drawn around the table's with intra-class correlation ρ (Skellam 1948). Frames of unequal
    recall rᵢ count as (Σr)²/Σr² frames of recall Σr²/Σr.
    """
    if not targets:
        return []
    by_frame = frame_recalls(seen_from, targets, table)
    total, squares = by_frame.sum(axis=1), (by_frame**2).sum(axis=1)
    found = []
    for r, r2 in zip(total.tolist(), squares.tolist(), strict=True):
        if r < 1e-6:
            found.append(_BLIND)
            continue
        frames, recall = r * r / r2, min(r2 / r, _SUREST)
        missed = math.exp(log_count(0, frames, recall, table.pass_correlation))
        found.append(Chance(frames, recall, min(1.0 - missed, _SUREST)))
    return found


def log_count(reports: int, frames: float, recall: float, correlation: float) -> float:
    """Natural log of the beta-binomial probability of so many reports; 0 < recall < 1.

    More reports than frames were expected count as one for each frame.
    """
    n = max(frames, float(reports))
    spread = 1.0 / min(max(correlation, 0.01), 0.99) - 1.0
    a, b = recall * spread, (1.0 - recall) * spread
    choose = math.lgamma(n + 1) - math.lgamma(reports + 1) - math.lgamma(n - reports + 1)
    return choose + _log_beta(a + reports, b + n - reports) - _log_beta(a, b)


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def frame_recalls(seen_from: Looks, targets: Sequence[Target], table: RecallTable) -> Floats:
    """Probability that each frame reports each target, shape (targets, frames)."""
    places = np.array([(t.east_m, t.north_m, t.sigma_m) for t in targets])
    de = places[:, :1] - seen_from.east_m
    dn = places[:, 1:2] - seen_from.north_m
    range_m = np.hypot(de, dn)
    recall = np.zeros(range_m.shape)
    for kind in {t.kind for t in targets}:
        rows = np.array([t.kind == kind for t in targets])
        reach = [reach_m(kind, view.camera, view.aspect) for view in seen_from.views]
        lit = np.where(seen_from.dark, table.in_the_dark(kind), 1.0)
        recall[rows] = recall_at(table, kind, range_m[rows]) * (range_m[rows] <= reach) * lit
    off_axis = np.remainder(np.arctan2(de, dn) - seen_from.bearing_rad + np.pi, 2 * np.pi) - np.pi
    before_m, (near_m, far_m) = range_m * np.cos(off_axis), seen_from.framed_m
    framed = (before_m >= near_m) & (before_m <= far_m) & (range_m >= _NEAREST_M)
    recall *= framed & seen_from.speaks
    place_m = np.hypot(places[:, 2:], seen_from.accuracy_m)
    sideways = np.arctan2(place_m, np.maximum(range_m, _NEAREST_M))
    sigma = np.hypot(seen_from.bearing_sigma_rad, sideways)
    half = seen_from.half_fov_rad - _MARGIN_RAD
    recall *= ndtr((half - off_axis) / sigma) - ndtr((-half - off_axis) / sigma)
    for target, i in np.argwhere((recall > 1e-3) & seen_from.obstructed).tolist():
        view = seen_from.views[i]
        bearing_deg = math.degrees(off_axis[target, i]) + view.camera.yaw_deg
        hidden = _hidden(view, view.occluders, bearing_deg, range_m[target, i], sideways[target, i])
        recall[target, i] *= 1.0 - hidden * (1.0 - table.behind_traffic(targets[target].kind))
    result: Floats = recall
    return result


def _hidden(
    view: View, boxes: Sequence[Box], bearing_deg: float, range_m: float, sigma_rad: float
) -> float:
    """Probability that one of the boxes, nearer than the thing, covers its foot."""
    foot = project(view.camera, bearing_deg, range_m, 0.0, view.aspect)
    if foot is None:
        return 0.0
    x, y = foot
    spread = max(view.camera.focal * sigma_rad, 1e-3)
    covers = [
        float(ndtr((box.right - x) / spread) - ndtr((box.left - x) / spread))
        for box in boxes
        if box.top <= y <= box.bottom
    ]
    return max(covers, default=0.0)
