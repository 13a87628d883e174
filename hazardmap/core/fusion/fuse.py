"""From views and observations to hazards: the pure heart of the map.

`observe` puts one detection on the ground, `fuse_ground` turns those of one ground into hazards,
and `checkpoint.advance` gives the same where a beginning was replayed before: these the map calls,
with rows that the database has checked. `fuse` is the function that they are parts of, over any
sets of views and observations, which it checks itself: for tests and measurements.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TypeVar
from uuid import UUID

import numpy as np

from hazardmap.core.full_times import ten_minutes_of
from hazardmap.core.fusion.candidate import Candidate
from hazardmap.core.fusion.hazard import Evidence, Hazard
from hazardmap.core.fusion.lifecycle import swept
from hazardmap.core.fusion.params import FusionParams
from hazardmap.core.fusion.replay import Replay
from hazardmap.core.fusion.verdict import Ruling, Verdict
from hazardmap.core.geometry.box import Box
from hazardmap.core.geometry.coverings import grounds, seen_cell, seen_from_where
from hazardmap.core.geometry.geodesy import Plane, check_position, moved, radius95_m, turned
from hazardmap.core.ids import uuid7
from hazardmap.core.kinds import KINDS
from hazardmap.core.seeing.locating import NotLocatable, locate
from hazardmap.core.seeing.observation import Observation, View
from hazardmap.core.seeing.passes import Pass, heading_deg, heading_sigma_deg, split
from hazardmap.core.seeing.sightings import Sighting, sighting

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FusedHazard:
    """A hazard and the trail of passes behind it, in order of time."""

    hazard: Hazard
    evidence: tuple[Evidence, ...]

    @property
    def observation_ids(self) -> frozenset[UUID]:
        """Every observation that supports it: what its identity rests on."""
        return frozenset(id_ for item in self.evidence for id_ in item.observations)


def observe(
    view: View, detection_id: UUID, kind: str, score: float, box: Box
) -> Observation | NotLocatable:
    """Put a detection on the ground: WGS84 position with its covariance.

    The covariance holds the errors of heading, mounting, field of view and box, but not that of
    the view's position. The position lies on the geodesic from the camera, exact at the
    antimeridian and the poles; the road is taken to be level from there to the thing.

    kind: a key of KINDS. score: 0..1. Without a heading the answer is NotLocatable("no_heading").
    Raises ValueError on an impossible position, score, box or aspect, KeyError on an unknown kind.
    """
    check_position(view.lon, view.lat)
    if not 0.0 <= score <= 1.0:
        raise ValueError(f"not a score: {score}")
    place = locate(box, kind, view.camera, view.aspect)
    heading = heading_deg(view)
    if isinstance(place, NotLocatable):
        return place
    if heading is None:
        return NotLocatable("no_heading")
    lon, lat, arrival_deg = moved(view.lon, view.lat, heading + place.bearing_deg, place.range_m)
    sideways_m = place.range_m * math.radians(heading_sigma_deg(view))
    across_m2, along_m2 = place.var_across_m2 + sideways_m**2, place.var_along_m2
    sin, cos = math.sin(math.radians(arrival_deg)), math.cos(math.radians(arrival_deg))
    return Observation(
        id=detection_id,
        frame_id=view.frame_id,
        kind=kind,
        score=score,
        lon=lon,
        lat=lat,
        range_m=place.range_m,
        cov_ee_m2=cos**2 * across_m2 + sin**2 * along_m2,
        cov_en_m2=sin * cos * (along_m2 - across_m2),
        cov_nn_m2=sin**2 * across_m2 + cos**2 * along_m2,
        box=box,
    )


def fuse(
    views: Iterable[View],
    observations: Iterable[Observation],
    params: FusionParams,
    verdicts: Iterable[Verdict] = (),
    now: datetime | None = None,
) -> list[FusedHazard]:
    """The hazards that a set of views and observations tells of, ordered by id.

    A pure function of the three *sets* under one parameter version: order, repetition and
    batching change nothing. Grounds (`coverings.grounds`) do not influence each other, so fusing
    them one by one or all at once is the same; each needs the views in its reach
    (`coverings.seen_from_where`), those that saw nothing included.

    Nothing depends on the clock. A hazard that nobody looked at again is returned as it was left,
    with its `expires_at`; if `now` is given, those whose time is over by then come as expired.
    Hazards that were cleared, rejected or expired are returned too, so that their end can be
    told; candidates that never became probable enough for the map are not.

    A hazard's id comes from its first report and is the same in every replay of the same set.
    A late, earlier report changes it: `core.fusion.identity.match` then finds the id to keep.

    Raises ValueError where an observation has no view, where one id has two contents, and where a
    position or a covariance is impossible; KeyError on an unknown kind.
    """
    all_views = _distinct(views, lambda v: v.frame_id)
    by_frame = {view.frame_id: view for view in all_views}
    all_observations = _distinct(observations, lambda o: o.id)
    for view in all_views:
        check_position(view.lon, view.lat)
    for observation in all_observations:
        _check(observation, by_frame)
    judged = sorted(_distinct(verdicts, lambda v: v.id), key=lambda v: (v.at, v.id))
    by_cell: dict[int, list[Observation]] = defaultdict(list)
    for observation in all_observations:
        by_cell[seen_cell(observation.lon, observation.lat)].append(observation)
    parts = grounds(by_cell)
    reach = seen_from_where([(view.lon, view.lat) for view in all_views], parts)
    found: list[FusedHazard] = []
    for part, seen_from in zip(parts, reach, strict=True):
        here = [o for one in part for o in by_cell[one]]
        ids = {o.id for o in here}
        about = [verdict for verdict in judged if not ids.isdisjoint(verdict.observation_ids)]
        found += fuse_ground([all_views[i] for i in seen_from], here, about, params)
    if now is not None:
        found = [FusedHazard(swept(one.hazard, now), one.evidence) for one in found]
    return sorted(found, key=lambda one: one.hazard.id)


def fuse_ground(
    views: Sequence[View],
    observations: Iterable[Observation],
    verdicts: Sequence[Verdict],
    params: FusionParams,
) -> list[FusedHazard]:
    """Replay one ground from its observations, at least one; verdicts in order of (at, id).

    What a moderator rejected is replayed by itself: it ends cleared, supports nothing else, and
    leaves the spot suspect from then on.
    """
    by_frame = {view.frame_id: view for view in views}
    ordered = sorted(observations, key=canonical(by_frame))
    plane = Plane(ordered[0].lon, ordered[0].lat)
    passes = split(views)
    sightings = on_plane(ordered, by_frame, plane)
    suspects: list[Candidate] = []
    for verdict in verdicts:
        if verdict.decision is Ruling.REJECT:
            rejected = _taken_out(sightings, verdict.observation_ids)
            before = [one for one in passes if one.first_at <= verdict.at or _saw(one, rejected)]
            for candidate in Replay(plane, params, rejected).run(before, ()):
                candidate.reject(verdict.at)
                suspects.append(candidate)
    others = [verdict for verdict in verdicts if verdict.decision is not Ruling.REJECT]
    found = Replay(plane, params, sightings, suspects).run(passes, others)
    return [fused(one, plane) for one in (*suspects, *found) if one.shown]


def canonical(by_frame: Mapping[UUID, View]) -> Callable[[Observation], tuple[datetime, UUID]]:
    """The key by which observations are ordered."""
    return lambda o: (by_frame[o.frame_id].captured_at, o.id)


def on_plane(
    observations: Sequence[Observation], by_frame: Mapping[UUID, View], plane: Plane
) -> dict[UUID, list[Sighting]]:
    """The observations, at least one, as `Replay` takes them: sightings by frame id."""
    east_m, north_m, turn = plane.flatten(
        [o.lon for o in observations], [o.lat for o in observations]
    )
    covs = turned(np.array([_cov(o) for o in observations]), turn)
    seen_from = [by_frame[observation.frame_id] for observation in observations]
    camera_east_m, camera_north_m, _ = plane.flatten(
        [v.lon for v in seen_from], [v.lat for v in seen_from]
    )
    means = np.column_stack((east_m, north_m))
    cameras = np.column_stack((camera_east_m, camera_north_m))
    result: dict[UUID, list[Sighting]] = defaultdict(list)
    for i, (observation, view) in enumerate(zip(observations, seen_from, strict=True)):
        seen = sighting(observation, view, means[i], covs[i], cameras[i])
        result[observation.frame_id].append(seen)
    return result


def _taken_out(
    sightings: dict[UUID, list[Sighting]], ids: frozenset[UUID]
) -> dict[UUID, list[Sighting]]:
    """Move the sightings of these observations out of `sightings`."""
    taken: dict[UUID, list[Sighting]] = {}
    for frame_id, of_frame in sightings.items():
        taken[frame_id] = [s for s in of_frame if s.observation.id in ids]
        of_frame[:] = [s for s in of_frame if s.observation.id not in ids]
    return taken


def _saw(one: Pass, sightings: Mapping[UUID, Sequence[Sighting]]) -> bool:
    return any(sightings.get(view.frame_id) for view in one.views)


def hazard_id(first_report: tuple[datetime, UUID]) -> UUID:
    """What a hazard is called by the time and the id of its first observation.

    Everybody can read the time from it, so it is no more exact than the public is told.
    """
    at, observation_id = first_report
    return uuid7(ten_minutes_of(at), sha256(b"hazard" + observation_id.bytes).digest())


def fused(one: Candidate, plane: Plane) -> FusedHazard:
    """What a candidate looks like from outside."""
    lon, lat, turn = plane.unflatten(*one.mean_m.tolist())
    cov = turned(one.told_cov_m2, -turn)
    reports = one.brief
    hazard = Hazard(
        id=hazard_id(reports.first),
        kind=one.kind,
        state=one.state,
        lon=lon,
        lat=lat,
        cov_ee_m2=float(cov[0, 0]),
        cov_en_m2=float(cov[0, 1]),
        cov_nn_m2=float(cov[1, 1]),
        radius_m=radius95_m(cov),
        p=one.p,
        t_ref=one.at,
        half_life_s=one.half_life_s,
        phantom=one.belief.phantom,
        severity=KINDS[one.kind].severity,
        first_seen=reports.first[0],
        last_seen=reports.last_at,
        passes=len(reports.passes),
        witnesses=one.witnesses,
        published=one.published,
        confirmed=one.confirmed,
        simulated=reports.simulated,
        expires_at=one.expires_at,
    )
    return FusedHazard(hazard, tuple(one.evidence))


def _cov(observation: Observation) -> list[list[float]]:
    return [
        [observation.cov_ee_m2, observation.cov_en_m2],
        [observation.cov_en_m2, observation.cov_nn_m2],
    ]


def _check(observation: Observation, by_frame: Mapping[UUID, View]) -> None:
    check_position(observation.lon, observation.lat)
    if observation.frame_id not in by_frame:
        raise ValueError(f"observation {observation.id} has no view {observation.frame_id}")
    (ee, en), (_, nn) = _cov(observation)
    if not (0.0 < ee < 1e8 and 0.0 < nn < 1e8 and ee * nn - en**2 > 0.0):
        raise ValueError(f"observation {observation.id} has an impossible covariance")
    if not 0.0 <= observation.score <= 1.0:
        raise ValueError(f"observation {observation.id} has score {observation.score}")
    if observation.kind not in KINDS:
        raise KeyError(observation.kind)


def _distinct(items: Iterable[T], key: Callable[[T], UUID]) -> list[T]:
    """Each item once, ordered by id."""
    by_id: dict[UUID, T] = {}
    for item in items:
        if by_id.setdefault(key(item), item) != item:
            raise ValueError(f"two different contents under the id {key(item)}")
    return [by_id[id_] for id_ in sorted(by_id)]
