"""Rows of the map as the frozen dataclasses of core, and back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from hazardmap.core.derived.cells import Count, Counts
from hazardmap.core.fusion.hazard import Change, Evidence, Hazard, HazardEvent, State
from hazardmap.core.fusion.verdict import Ruling, Verdict
from hazardmap.core.geometry.coverings import looked_cell, seen_cell
from hazardmap.core.seeing.camera import Camera
from hazardmap.core.seeing.mounting import Mounting
from hazardmap.core.seeing.observation import Observation, View
from hazardmap.hazards import learned_models, models
from hazardmap.hazards.vote_models import Vote
from hazardmap.platform.rows_put import Row, point

EVENT: Final = ("cursor", "change", "at", "hazard", "merged_into")
"""The columns that event_of takes."""
TIMES: Final = ("t_ref", "first_seen", "last_seen", "expires_at")
"""Which fields of a hazard are times."""


def view_row(view: View, *, model_version: str) -> Row:
    """As rows_put takes it."""
    return _at_its_place(view, looked_cell) | {
        "camera": _camera_json(view.camera),
        "occluders": [box.sides() for box in view.occluders],
        "model_version": model_version,
    }


def observation_row(observation: Observation) -> Row:
    """As rows_put takes it."""
    values = _at_its_place(observation, seen_cell)
    frame_id = values.pop("frame_id")
    return values | {"view_id": frame_id, "box": observation.box.sides()}


def verdict_of(row: models.Verdict) -> Verdict:
    return Verdict(
        id=row.id,
        at=row.at,
        decision=Ruling(row.decision),
        lon=row.position.x,
        lat=row.position.y,
        kind=row.kind,
        observation_ids=frozenset(UUID(text) for text in row.observations),
    )


def vote_of(row: Vote) -> Verdict:
    return Verdict(
        id=row.id,
        at=row.at,
        decision=Ruling.STANDS if row.stands else Ruling.GONE,
        lon=row.lon,
        lat=row.lat,
        kind=row.kind,
        observation_ids=frozenset(UUID(text) for text in row.observations),
        witness=row.witness,
    )


def hazard_of(row: models.Hazard) -> Hazard:
    fields = {name: getattr(row, name) for name in _HAZARD_FIELDS}
    return Hazard(**fields, state=State(row.state), lon=row.position.x, lat=row.position.y)


def hazard_values(hazard: Hazard) -> Row:
    """As rows_put takes it."""
    return _at_its_place(hazard, looked_cell)


def evidence_of(row: models.Evidence) -> Evidence:
    fields = {name: getattr(row, name) for name in _EVIDENCE_FIELDS}
    return Evidence(**fields, observations=tuple(UUID(text) for text in row.observations))


def evidence_row(hazard_id: UUID, evidence: Evidence) -> Row:
    """As rows_put takes it."""
    return _fields(evidence) | {"hazard_id": hazard_id}


def mounting_of(row: learned_models.Mounting) -> Mounting:
    """Nothing is known where no drive has told anything."""
    if not row.drives:
        return Mounting()
    return Mounting(tuple(row.information), tuple(row.vector))


def hazard_json(hazard: Hazard) -> dict[str, Any]:
    """A hazard as the change feed keeps it."""
    values = _fields(hazard)
    return values | {
        "id": str(hazard.id),
        "state": hazard.state.value,
        **{name: values[name].isoformat() for name in TIMES},
    }


def hazard_from_json(values: Mapping[str, Any]) -> Hazard:
    return Hazard(
        **{
            **values,
            "id": UUID(values["id"]),
            "state": State(values["state"]),
            **{name: datetime.fromisoformat(values[name]) for name in TIMES},
        }
    )


def event_of(
    cursor: int, change: str, at: datetime, hazard: Mapping[str, Any], merged_into: UUID | None
) -> HazardEvent:
    """Of the columns EVENT."""
    return HazardEvent(cursor, Change(change), at, hazard_from_json(hazard), merged_into)


def counts_of(t_ref: datetime | None, counts: Mapping[str, Sequence[float]]) -> Counts:
    """The columns of a cell."""
    return Counts(t_ref, {kind: Count._make(counts[kind]) for kind in sorted(counts)})


def cell_row(cell: int, res: int, counts: Counts, cursor: int) -> Row:
    """As rows_put takes it."""
    return {
        "cell": cell,
        "res": res,
        "t_ref": counts.t_ref,
        "counts": counts.by_kind,
        "cursor": cursor,
    }


def _at_its_place(item: View | Observation | Hazard, cell_of: Callable[[float, float], int]) -> Row:
    """Its fields, with a point and the cell of that for longitude and latitude."""
    values = _fields(item)
    lon, lat = values.pop("lon"), values.pop("lat")
    return values | {"position": point(lon, lat), "cell": cell_of(lon, lat)}


def _fields(item: View | Observation | Hazard | Evidence) -> Row:
    """By name, as they are: `asdict` would take apart what they hold."""
    return {name: getattr(item, name) for name in item.__dataclass_fields__}


@lru_cache(maxsize=1000)
def _camera_json(camera: Camera) -> dict[str, float]:
    return asdict(camera)


_HAZARD_FIELDS = tuple(
    name for name in Hazard.__dataclass_fields__ if name not in {"state", "lon", "lat"}
)
_EVIDENCE_FIELDS = tuple(name for name in Evidence.__dataclass_fields__ if name != "observations")
