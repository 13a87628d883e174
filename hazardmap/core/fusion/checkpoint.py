"""Taking a replay up where it was left, so that a busy street costs no more than a quiet one.

A checkpoint is the state of a ground's replay after the passes up to a time `at`, kept as JSON.
It is a memo and no truth: whoever uses it must know that the ground is made of the same cells as
then, that the parameters are the same, that no verdict is about it, and that no view up to `at`
has come since. Then going on from it is the replay from the beginning, step by step.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import numpy as np

from hazardmap.core.fusion.candidate import Candidate, HistoryNeeded, Past
from hazardmap.core.fusion.fuse import FusedHazard, canonical, fused, hazard_id, on_plane
from hazardmap.core.fusion.hazard import Evidence, State
from hazardmap.core.fusion.params import FusionParams
from hazardmap.core.fusion.persistence import Belief
from hazardmap.core.fusion.replay import Replay
from hazardmap.core.fusion.voices import Voices
from hazardmap.core.geometry.geodesy import Plane
from hazardmap.core.seeing.observation import Observation, View
from hazardmap.core.seeing.passes import GAP, End, Pass, end, split

LAG: Final = timedelta(minutes=5)
"""Frames that come this much later than others do not cost a replay from the beginning."""
SHARE: Final = 0.01
"""A new checkpoint is worth writing for more new passes than this share of those it remembers."""

Json = dict[str, Any]
_VOICES: Final = ("supporters", "checked", "against", "unseen")
_HISTORY: Final = frozenset(
    # A place that somebody has voted about is replayed from the beginning.
    {"sightings", "evidence", "looks", "past", "_params", "voices", "voters", "gone_by"}
)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """at: last_at of its last pass. lon, lat: origin of the plane. open: the ends of passes that a
    later frame could still prolong, one of each device and witness. candidates: oldest first.
    hazards: what fusion calls those of them that have been on the map."""

    at: datetime
    lon: float
    lat: float
    open: tuple[End, ...]
    candidates: tuple[Json, ...]
    hazards: tuple[UUID, ...]

    @property
    def devices(self) -> set[UUID]:
        """Those that it names."""
        told = {UUID(item["device_id"]) for one in self.candidates for item in one["evidence"]}
        return told | {one.device_id for one in self.open}


@dataclass(frozen=True, slots=True)
class Advanced:
    """What a replay from a checkpoint gave. hazards: those that may have changed since it, with
    the evidence since it. checkpoint: a newer one, None where it is not worth it. latest: after
    the last pass, which any frame that is late or prolongs it ends; None where not worth it."""

    hazards: list[FusedHazard]
    checkpoint: Checkpoint | None
    latest: Checkpoint | None = None


def advance(
    views: Iterable[View],
    observations: Iterable[Observation],
    params: FusionParams,
    start: Checkpoint | None = None,
) -> Advanced:
    """Replay a ground from `start`, or from the beginning: `fusion.fuse_ground` without verdicts.

    views, observations: distinct, those of the ground that were captured after `start.at`, all
    of them where there is no start. Raises HistoryNeeded where the start does not do.
    """
    of_frame = {view.frame_id: view for view in views}
    ordered = sorted(observations, key=canonical(of_frame))
    if start is not None:
        plane = Plane(start.lon, start.lat)
    elif ordered:
        plane = Plane(ordered[0].lon, ordered[0].lat)
    else:
        return Advanced([], None)
    passes = split(of_frame.values())
    carried = start.open if start else ()
    _check_closed(carried, passes)
    known = [_restored(item, params) for item in start.candidates] if start else []
    over = {candidate for candidate in known if not candidate.live}
    sightings = on_plane(ordered, of_frame, plane) if ordered else {}
    replay = Replay(plane, params, sightings, known=known)
    closed = _closed(passes)
    for one in passes[:closed]:
        replay.take(one)
    newer = _checkpoint(replay, plane, passes[:closed], carried)
    for one in passes[closed:]:
        replay.take(one)
    latest = _checkpoint(replay, plane, passes, carried)
    found = [one for one in replay.candidates if one.shown and one not in over]
    return Advanced([fused(one, plane) for one in found], newer, latest)


def _checkpoint(
    replay: Replay, plane: Plane, closed: Sequence[Pass], carried: Sequence[End]
) -> Checkpoint | None:
    """After these passes; None where there are too few of them to be worth it."""
    remembered = max((len(one.passes) for one in replay.candidates), default=0)
    if len(closed) <= SHARE * remembered:
        return None
    at = closed[-1].last_at
    ends = [*carried, *(end(one.views[0], one.views[-1]) for one in closed)]
    return Checkpoint(
        at=at,
        lon=plane.lon,
        lat=plane.lat,
        open=tuple(one for one in _latest(ends).values() if one.until >= at),
        candidates=tuple(_saved(one) for one in replay.candidates),
        hazards=tuple(hazard_id(one.brief.first) for one in replay.candidates if one.shown),
    )


def _check_closed(open_: Sequence[End], passes: Sequence[Pass]) -> None:
    last = _latest(open_)
    for one in passes:
        before = last.get((one.views[0].device_id, one.views[0].witness))
        if before is not None and before.goes_on(one.views[0]):
            raise HistoryNeeded


def _latest(ends: Sequence[End]) -> dict[tuple[UUID, int], End]:
    """The last of each device and witness: only that one may go on."""
    ordered = sorted(ends, key=lambda one: one.last_at)
    return {(one.device_id, one.witness): one for one in ordered}


def _closed(passes: Sequence[Pass]) -> int:
    """How many of the passes, ordered by their ends, are over and lie clear of all later ones."""
    if not passes:
        return 0
    limit = passes[-1].last_at - LAG
    count, later = len(passes), passes[-1].last_at + GAP
    while count and (passes[count - 1].last_at > limit or passes[count - 1].last_at >= later):
        count -= 1
        later = min(later, passes[count].first_at)
    return count


def checkpoint_json(checkpoint: Checkpoint) -> Json:
    """As it is stored."""
    return {
        "at": checkpoint.at.isoformat(),
        "origin": [checkpoint.lon, checkpoint.lat],
        "open": [_end_json(one) for one in checkpoint.open],
        "candidates": list(checkpoint.candidates),
        "hazards": [id_.hex for id_ in checkpoint.hazards],
    }


def checkpoint_from_json(values: Mapping[str, Any]) -> Checkpoint:
    lon, lat = values["origin"]
    return Checkpoint(
        at=datetime.fromisoformat(values["at"]),
        lon=lon,
        lat=lat,
        open=tuple(_end(saved) for saved in values["open"]),
        candidates=tuple(values["candidates"]),
        hazards=tuple(map(UUID, values["hazards"])),
    )


def _end_json(one: End) -> Json:
    times = {name: getattr(one, name).isoformat() for name in ("first_at", "last_at")}
    values = {name: getattr(one, name) for name in End.__dataclass_fields__}
    return {**values, **times, "device_id": one.device_id.hex}


def _end(saved: Mapping[str, Any]) -> End:
    times = {name: datetime.fromisoformat(saved[name]) for name in ("first_at", "last_at")}
    return End(**{**saved, **times, "device_id": UUID(saved["device_id"])})


def _saved(candidate: Candidate) -> Json:
    """Everything that the future of a candidate depends on; of its reports only what is told.

    The trail of one that has been on the map is stored with its hazard already.
    """
    past, state = candidate.brief, vars(candidate) | vars(candidate.voices)
    kept = {name: _plain(value) for name, value in state.items() if name not in _HISTORY}
    return kept | {
        "evidence": [] if candidate.shown else [_evidence_json(i) for i in candidate.evidence],
        "past": [
            [past.first[0].isoformat(), past.first[1].hex],
            past.last_at.isoformat(),
            past.simulated,
            "".join(sorted(id_.hex for id_ in past.passes)),
        ],
    }


def _restored(saved: Mapping[str, Any], params: FusionParams) -> Candidate:
    candidate = Candidate.__new__(Candidate)
    state = dict(saved) | {name: read(saved[name]) for name, read in _READ.items()}
    voices = Voices(**{name: state.pop(name) for name in _VOICES})
    state |= {"_params": params, "voices": voices, "sightings": [], "looks": []}
    vars(candidate).update(state)
    return candidate


def _plain(value: Any) -> Any:
    """As JSON takes it. Raises TypeError on what `_READ` would not know."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    for type_, plain in _PLAIN.items():
        if isinstance(value, type_):
            return plain(value)
    raise TypeError(f"a checkpoint cannot hold a {type(value).__name__}")


def _evidence_json(item: Evidence) -> Json:
    values = {name: getattr(item, name) for name in Evidence.__dataclass_fields__}
    return {
        **values,
        **{name: values[name].isoformat() for name in ("first_at", "last_at")},
        **{name: values[name].hex for name in ("pass_id", "device_id")},
        "observations": [id_.hex for id_ in item.observations],
        "best_observation": item.best_observation and item.best_observation.hex,
    }


def _evidence(saved: Mapping[str, Any]) -> Evidence:
    best = saved["best_observation"]
    return Evidence(
        **{
            **saved,
            **{name: datetime.fromisoformat(saved[name]) for name in ("first_at", "last_at")},
            **{name: UUID(saved[name]) for name in ("pass_id", "device_id")},
            "observations": tuple(map(UUID, saved["observations"])),
            "best_observation": UUID(best) if best else None,
        }
    )


def _past(saved: Sequence[Any]) -> Past:
    (first_at, first_id), last_at, simulated, passes = saved
    ids = frozenset(UUID(passes[i : i + 32]) for i in range(0, len(passes), 32))
    first = datetime.fromisoformat(first_at), UUID(first_id)
    return Past(first, datetime.fromisoformat(last_at), simulated, ids)


_PLAIN: Final[dict[type, Any]] = {
    datetime: datetime.isoformat,
    np.ndarray: np.ndarray.tolist,
    Belief: list,
    set: sorted,
    dict: dict,
}
_READ: Final[dict[str, Any]] = {
    "at": datetime.fromisoformat,
    "state": State,
    "belief": lambda saved: Belief(*saved),
    "mean_m": np.array,
    "own_m2": np.array,
    "supporters": set,
    "against": set,
    "past": _past,
    "evidence": lambda saved: [_evidence(item) for item in saved],
    "_votes": lambda saved: defaultdict(float, saved),
}
