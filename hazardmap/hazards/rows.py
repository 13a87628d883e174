"""Rows of the map as the frozen dataclasses of core, and back."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.gis.geos import Point

from hazardmap.core.box import Box
from hazardmap.core.camera import Camera
from hazardmap.core.hazard import Evidence, Hazard, State
from hazardmap.core.observation import Observation, View
from hazardmap.core.verdict import Decision, Verdict
from hazardmap.hazards import models

_TIMES = ("t_ref", "first_seen", "last_seen", "expires_at")


def view_of(row: models.View) -> View:
    return View(
        frame_id=row.frame_id,
        device_id=row.device_id,
        witness=row.witness,
        captured_at=row.captured_at,
        lon=row.position.x,
        lat=row.position.y,
        accuracy_m=row.accuracy_m,
        heading_deg=row.heading_deg,
        heading_sigma_deg=row.heading_sigma_deg,
        speed_mps=row.speed_mps,
        camera=Camera(**row.camera),
        usable=row.usable,
        dark=row.dark,
        occluders=tuple(Box(*sides) for sides in row.occluders),
        aspect=row.aspect,
        simulated=row.simulated,
    )


def view_row(view: View, *, model_version: str) -> models.View:
    return models.View(
        frame_id=view.frame_id,
        device_id=view.device_id,
        witness=view.witness,
        captured_at=view.captured_at,
        position=Point(view.lon, view.lat),
        accuracy_m=view.accuracy_m,
        heading_deg=view.heading_deg,
        heading_sigma_deg=view.heading_sigma_deg,
        speed_mps=view.speed_mps,
        camera=asdict(view.camera),
        aspect=view.aspect,
        usable=view.usable,
        dark=view.dark,
        simulated=view.simulated,
        occluders=[_sides(box) for box in view.occluders],
        model_version=model_version,
    )


def observation_of(row: models.Observation) -> Observation:
    return Observation(
        id=row.id,
        frame_id=row.view_id,
        kind=row.kind,
        score=row.score,
        lon=row.position.x,
        lat=row.position.y,
        range_m=row.range_m,
        cov_ee_m2=row.cov_ee_m2,
        cov_en_m2=row.cov_en_m2,
        cov_nn_m2=row.cov_nn_m2,
        box=Box(*row.box),
    )


def observation_row(observation: Observation) -> models.Observation:
    return models.Observation(
        id=observation.id,
        view_id=observation.frame_id,
        kind=observation.kind,
        score=observation.score,
        position=Point(observation.lon, observation.lat),
        range_m=observation.range_m,
        cov_ee_m2=observation.cov_ee_m2,
        cov_en_m2=observation.cov_en_m2,
        cov_nn_m2=observation.cov_nn_m2,
        box=_sides(observation.box),
    )


def verdict_of(row: models.Verdict) -> Verdict:
    return Verdict(
        id=row.id,
        at=row.at,
        decision=Decision(row.decision),
        lon=row.position.x,
        lat=row.position.y,
        kind=row.kind,
        observation_ids=frozenset(UUID(text) for text in row.observations),
    )


def hazard_of(row: models.Hazard) -> Hazard:
    fields = {name: getattr(row, name) for name in _HAZARD_FIELDS}
    return Hazard(**fields, state=State(row.state), lon=row.position.x, lat=row.position.y)


def hazard_row(hazard: Hazard) -> models.Hazard:
    fields = {name: getattr(hazard, name) for name in _HAZARD_FIELDS}
    return models.Hazard(**fields, state=hazard.state.value, position=Point(hazard.lon, hazard.lat))


def evidence_of(row: models.Evidence) -> Evidence:
    fields = {name: getattr(row, name) for name in _EVIDENCE_FIELDS}
    return Evidence(**fields, observations=tuple(UUID(text) for text in row.observations))


def evidence_row(hazard_id: UUID, evidence: Evidence) -> models.Evidence:
    fields = {name: getattr(evidence, name) for name in _EVIDENCE_FIELDS}
    return models.Evidence(
        **fields, hazard_id=hazard_id, observations=[str(id_) for id_ in evidence.observations]
    )


def hazard_json(hazard: Hazard) -> dict[str, Any]:
    """A hazard as the change feed keeps it."""
    values = asdict(hazard)
    return values | {
        "id": str(hazard.id),
        "state": hazard.state.value,
        **{name: values[name].isoformat() for name in _TIMES},
    }


def hazard_from_json(values: Mapping[str, Any]) -> Hazard:
    return Hazard(
        **{
            **values,
            "id": UUID(values["id"]),
            "state": State(values["state"]),
            **{name: datetime.fromisoformat(values[name]) for name in _TIMES},
        }
    )


def _sides(box: Box) -> list[float]:
    return [box.left, box.top, box.right, box.bottom]


_HAZARD_FIELDS = tuple(
    name for name in Hazard.__dataclass_fields__ if name not in {"state", "lon", "lat"}
)
_EVIDENCE_FIELDS = tuple(name for name in Evidence.__dataclass_fields__ if name != "observations")
