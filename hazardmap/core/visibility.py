"""Should this pass have seen it? Field of view, distance, traffic in front, darkness, blur."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from scipy.special import ndtr

from hazardmap.core.camera import project
from hazardmap.core.geodesy import Floats, Plane
from hazardmap.core.kinds import KINDS
from hazardmap.core.observation import Box, View
from hazardmap.core.passes import accuracy_m, heading_deg, heading_sigma_deg
from hazardmap.core.recall import RecallTable, recall_at

_NEAREST_M: Final = 4.0  # what is closer is below the frame
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
    field of view together. weight: 0 for views that cannot speak against anything, the table's
    dark factor for dark ones, otherwise 1.
    """

    views: tuple[View, ...]
    east_m: Floats
    north_m: Floats
    bearing_rad: Floats
    bearing_sigma_rad: Floats
    half_fov_rad: Floats
    accuracy_m: Floats
    weight: Floats


def looks(views: Sequence[View], plane: Plane, table: RecallTable) -> Looks:
    """Prepare the views of a pass for `pass_recall`."""
    east_m, north_m, turn = plane.flatten([v.lon for v in views], [v.lat for v in views])
    headings = [heading_deg(v) for v in views]
    lens_deg = [(h or 0.0) + v.camera.yaw_deg for h, v in zip(headings, views, strict=True)]
    sigma_deg = [
        math.hypot(heading_sigma_deg(v), v.camera.yaw_sigma_deg, v.camera.hfov_sigma_deg / 2)
        for v in views
    ]
    weight = [
        0.0 if h is None or not v.usable else table.dark_factor if v.dark else 1.0
        for h, v in zip(headings, views, strict=True)
    ]
    return Looks(
        views=tuple(views),
        east_m=east_m,
        north_m=north_m,
        bearing_rad=np.radians(lens_deg) - turn,
        bearing_sigma_rad=np.radians(sigma_deg),
        half_fov_rad=np.radians([v.camera.hfov_deg / 2 for v in views]),
        accuracy_m=np.array([accuracy_m(v) for v in views]),
        weight=np.array(weight),
    )


def pass_recall(seen_from: Looks, target: Target, table: RecallTable) -> float:
    """Probability, 0..0.98, that the pass would have reported the target if it is there.

    The frames of a pass fail together: with correlation ρ, n frames are worth
    n / (1 + (n−1)·ρ) independent ones (Kish's design effect), n itself being counted by how much
    each frame could have seen.
    """
    by_frame = frame_recall(seen_from, target, table)
    best = float(by_frame.max())
    if best < 1e-6:
        return 0.0
    frames = float(by_frame.sum() ** 2 / (by_frame**2).sum())
    log_miss = float(np.log1p(-np.minimum(by_frame, _SUREST)).sum())
    together = -math.expm1(log_miss / (1.0 + (frames - 1.0) * table.pass_correlation))
    return min(max(together, best), _SUREST)


def frame_recall(seen_from: Looks, target: Target, table: RecallTable) -> Floats:
    """The same for each frame alone, shape (n,)."""
    de, dn = target.east_m - seen_from.east_m, target.north_m - seen_from.north_m
    range_m = np.hypot(de, dn)
    near_enough = (range_m >= _NEAREST_M) & (range_m <= KINDS[target.kind].range_m)
    recall = np.where(near_enough, recall_at(table, target.kind, range_m), 0.0) * seen_from.weight
    if not recall.any():
        return recall
    off_axis = np.remainder(np.arctan2(de, dn) - seen_from.bearing_rad + np.pi, 2 * np.pi) - np.pi
    place_m = np.hypot(target.sigma_m, seen_from.accuracy_m)
    sideways = np.arctan2(place_m, np.maximum(range_m, _NEAREST_M))
    sigma = np.hypot(seen_from.bearing_sigma_rad, sideways)
    half = seen_from.half_fov_rad - _MARGIN_RAD
    recall = recall * (ndtr((half - off_axis) / sigma) - ndtr((-half - off_axis) / sigma))
    for i in np.flatnonzero(recall > 1e-3):
        boxes = seen_from.views[i].occluders
        if boxes:
            bearing_deg = math.degrees(off_axis[i]) + seen_from.views[i].camera.yaw_deg
            hidden = _hidden(seen_from.views[i], boxes, bearing_deg, range_m[i], sideways[i])
            recall[i] *= 1.0 - hidden * (1.0 - table.occluded_factor)
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
    focal = 0.5 / math.tan(math.radians(view.camera.hfov_deg) / 2.0)
    spread = max(focal * sigma_rad, 1e-3)
    covers = [
        float(ndtr((box.right - x) / spread) - ndtr((box.left - x) / spread))
        for box in boxes
        if box.top <= y <= box.bottom
    ]
    return max(covers, default=0.0)
