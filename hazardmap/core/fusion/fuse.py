"""From views and observations to hazards: the pure heart of the map.

`observe` puts one detection on the ground, `fuse_ground` turns those of one ground into hazards,
and `checkpoint.advance` gives the same where a beginning was replayed before. What is impossible
the database has refused already.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

import numpy as np

from hazardmap.core.full_times import ten_minutes_of
from hazardmap.core.fusion.candidate import Candidate
from hazardmap.core.fusion.hazard import Evidence, Hazard
from hazardmap.core.fusion.params import FusionParams
from hazardmap.core.fusion.replay import Replay
from hazardmap.core.fusion.verdict import Ruling, Verdict
from hazardmap.core.geometry.box import Box
from hazardmap.core.geometry.geodesy import Plane, check_position, moved, radius95_m, turned
from hazardmap.core.ids import uuid7
from hazardmap.core.kinds import KINDS
from hazardmap.core.seeing.locating import NotLocatable, locate
from hazardmap.core.seeing.observation import Observation, View
from hazardmap.core.seeing.passes import Pass, heading_deg, heading_sigma_deg, split
from hazardmap.core.seeing.sightings import Sighting, sighting


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


def fuse_ground(
    views: Sequence[View],
    observations: Iterable[Observation],
    verdicts: Sequence[Verdict],
    params: FusionParams,
) -> list[FusedHazard]:
    """The hazards of one ground, a pure function of the three sets: their order changes nothing.

    views: those in its reach (`coverings.seen_from_where`), what saw nothing included.
    observations: at least one. verdicts: in order of (at, id). What a moderator rejected is
    replayed by itself: it ends cleared, supports nothing else, and leaves the spot suspect from
    then on.

    Nothing depends on the clock: a hazard that nobody looked at again is returned as it was left,
    with its `expires_at`. Those that are over are returned too, so that their end can be told;
    candidates that never became probable enough for the map are not. A hazard's id comes from its
    first report. A late, earlier one changes it: `identity.match` then finds the id to keep.
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
        witnesses=one.voices.witnesses,
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
