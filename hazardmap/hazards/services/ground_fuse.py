"""Evaluate the map anew around some places, from the evidence stored there.

The state of a ground is a pure function of its evidence (`fuse_ground` in `core.fusion.fuse`); this
module locks the place, finds the grounds, calls that function, from a checkpoint where one holds,
and has what differs written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from hazardmap.core.fusion.candidate import HistoryNeeded
from hazardmap.core.fusion.checkpoint import Advanced, advance
from hazardmap.core.fusion.fuse import FusedHazard, fuse_ground
from hazardmap.core.fusion.identity import match
from hazardmap.core.fusion.lifecycle import swept
from hazardmap.core.fusion.params import FusionParams
from hazardmap.core.fusion.verdict import Verdict
from hazardmap.core.geometry.coverings import Ground, Place, seen_from_where
from hazardmap.core.seeing.observation import Observation, View
from hazardmap.hazards.params_now import params_now
from hazardmap.hazards.services.checkpoints import (
    Reached,
    Stored,
    checkpoints_keep,
    checkpoints_of,
)
from hazardmap.hazards.services.evidence_read import (
    BEGINNING,
    NOTHING_NEW,
    NewEvidence,
    Trail,
    observations_of,
    trails_of,
    verdicts_around,
    views_of,
)
from hazardmap.hazards.services.ground_find import grounds_around
from hazardmap.hazards.services.hazards_write import hazards_write
from hazardmap.hazards.services.place_lock import PlaceLock

Places = Sequence[Place]
Looks = Sequence[tuple[Place, datetime]]


@dataclass(frozen=True, slots=True)
class _Evaluated:
    """A ground with what is to be written of it."""

    present: list[FusedHazard]
    gone: Mapping[UUID, UUID | None]
    trails: Mapping[UUID, Trail]
    reached: Reached


def fuse_around(
    *, seen: Places, looked_from: Looks, lock: PlaceLock, new: NewEvidence = NOTHING_NEW
) -> None:
    """Re-evaluate every hazard near `seen` or in reach of `looked_from`.

    seen: (lon, lat). looked_from: those of the views, with the times at which they were captured;
    datetime.min for a whole replay. new: what was just stored. Call it inside a transaction, after
    what these places tell has been stored, and do nothing after it that may wait for another one.
    Raises MoreCells.
    """
    cameras = [place for place, _ in looked_from]
    lock = lock.require_around([*seen, *cameras])
    grounds = grounds_around(seen=seen, looked_from=cameras)
    if grounds:
        lock.require_cells(one for ground in grounds for one in ground)
        _evaluate(grounds, _oldest(grounds, looked_from), new)


def _oldest(grounds: Sequence[Ground], looks: Looks) -> dict[Ground, datetime]:
    """When the oldest of the looks that reach a ground was; the beginning where none does."""
    reach = seen_from_where([place for place, _ in looks], grounds)
    return {
        ground: min((looks[i][1] for i in indices), default=BEGINNING)
        for ground, indices in zip(grounds, reach, strict=True)
    }


def _evaluate(
    grounds: Sequence[Ground], oldest: Mapping[Ground, datetime], new: NewEvidence
) -> None:
    current = params_now()
    params = current.params
    verdicts = verdicts_around(grounds)
    judged = seen_from_where([(verdict.lon, verdict.lat) for verdict in verdicts], grounds)
    free = [ground for ground, about in zip(grounds, judged, strict=True) if not about]
    done: dict[Ground, _Evaluated] = {}
    before, left = dict(oldest), list(grounds)
    while left:
        starts = checkpoints_of([one for one in free if one in left], before, current.digest)
        found, left = _advanced(left, starts, verdicts, params, new)
        done |= found
        before |= {ground: starts[ground].checkpoint.at for ground in left}
    checkpoints_keep({ground: one.reached for ground, one in done.items()}, current.digest)
    hazards_write(
        present=[hazard for one in done.values() for hazard in one.present],
        gone={id_: heir for one in done.values() for id_, heir in one.gone.items()},
        trails={id_: trail for one in done.values() for id_, trail in one.trails.items()},
    )


def _advanced(
    grounds: Sequence[Ground],
    stored: Mapping[Ground, Stored],
    verdicts: Sequence[Verdict],
    params: FusionParams,
    new: NewEvidence,
) -> tuple[dict[Ground, _Evaluated], list[Ground]]:
    """The grounds evaluated, and those whose checkpoint did not do."""
    since = {g: stored[g].checkpoint.at if g in stored else BEGINNING for g in grounds}
    views = views_of(since, new)
    by_cell = observations_of(views, new)
    trails = trails_of(since)
    reach = seen_from_where([(view.lon, view.lat) for view in views], grounds)
    done, again = {}, []
    for ground, indices in zip(grounds, reach, strict=True):
        here = [views[i] for i in indices if views[i].captured_at > since[ground]]
        frames = {view.frame_id for view in here}
        found = [o for one in ground for o in by_cell.get(one, ()) if o.frame_id in frames]
        start = stored.get(ground)
        known = start.hazards.values() if start else ()
        recent = _since(trails.about((o.id for o in found), known), since[ground])
        try:
            outcome = _replayed(here, found, verdicts, start, params)
        except HistoryNeeded:
            again.append(ground)
        else:
            done[ground] = _evaluated(outcome, {o.id for o in found}, start, recent)
    return done, again


def _since(trails: Mapping[UUID, Trail], at: datetime) -> dict[UUID, Trail]:
    """What is behind a checkpoint is not written again."""
    return {
        hazard_id: {pass_id: item for pass_id, item in trail.items() if item.last_at > at}
        for hazard_id, trail in trails.items()
    }


def _replayed(
    views: Sequence[View],
    observations: Sequence[Observation],
    verdicts: Sequence[Verdict],
    start: Stored | None,
    params: FusionParams,
) -> Advanced:
    here = {observation.id for observation in observations}
    about = [verdict for verdict in verdicts if not here.isdisjoint(verdict.observation_ids)]
    if not about:
        return advance(views, observations, params, start.checkpoint if start else None)
    return Advanced(fuse_ground(views, observations, about, params), None)


def _evaluated(
    outcome: Advanced, here: set[UUID], start: Stored | None, trails: Mapping[UUID, Trail]
) -> _Evaluated:
    """here: ids of the observations that were replayed."""
    now = timezone.now()
    ids, gone = _identified(outcome.hazards, here, start.hazards if start else {}, trails)
    present = [
        FusedHazard(swept(replace(one.hazard, id=ids[one.hazard.id]), now), one.evidence)
        for one in outcome.hazards
    ]
    # Two hazards of a checkpoint may have proved to be one since: the next replay from there would
    # only find that it has to begin earlier.
    made = [
        Stored(kept, {id_: ids[id_] for id_ in kept.hazards})
        for kept in (outcome.checkpoint, outcome.latest)
        if kept is not None and ids.keys() >= set(kept.hazards)
    ]
    return _Evaluated(
        present=present,
        gone=gone,
        trails={one.hazard.id: trails.get(one.hazard.id, {}) for one in present},
        reached=Reached(start, made),
    )


def _identified(
    hazards: Sequence[FusedHazard],
    here: set[UUID],
    known: Mapping[UUID, UUID],
    trails: Mapping[UUID, Trail],
) -> tuple[dict[UUID, UUID], Mapping[UUID, UUID | None]]:
    """Fusion's ids → those to store under, so that a hazard keeps its own; and whose end it is,
    with their heirs."""
    kept = set(known.values())
    behind = {
        hazard_id: frozenset(id_ for item in trail.values() for id_ in item.observations)
        for hazard_id, trail in trails.items()
        if hazard_id not in kept
    }
    behind = {hazard_id: ids for hazard_id, ids in behind.items() if ids & here}
    matched = match(behind, {one.hazard.id: one.observation_ids for one in hazards}, known)
    return {**matched.ids, **known}, matched.gone
