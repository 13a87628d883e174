"""Reads: everything that was said for and against one hazard, pass by pass."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from hazardmap.core.fusion.hazard import Evidence, Hazard
from hazardmap.core.geometry.coverings import looked_from, seen_cell
from hazardmap.hazards import mapping, models
from hazardmap.hazards.image_selectors import EvidenceImage, image_of


class TrailMark(NamedTuple):
    """Where a page of a trail ended."""

    last_at: datetime
    pass_id: UUID


@dataclass(frozen=True, slots=True)
class TrailItem:
    """A pass, its reports of the hazard, and by which models its frames were looked through."""

    evidence: Evidence
    reports: Sequence[EvidenceImage]
    model_versions: Sequence[str]


def trail_marks(hazard_id: UUID) -> list[TrailMark]:
    """Where a page may end: each pass, in no order."""
    found = models.Evidence.objects.filter(hazard_id=hazard_id)
    return [TrailMark(*row) for row in found.values_list("last_at", "pass_id")]


def trail_page(hazard: Hazard, *, after: TrailMark | None, limit: int) -> list[TrailItem]:
    """The next passes, in the order in which they count."""
    found = models.Evidence.objects.filter(hazard_id=hazard.id).order_by("last_at", "pass_id")
    if after is not None:
        later = Q(last_at__gt=after.last_at)
        found = found.filter(later | Q(last_at=after.last_at, pass_id__gt=after.pass_id))
    passes = [mapping.evidence_of(row) for row in found[:limit]]
    reports = _reports({id_ for one in passes for id_ in one.observations})
    models_of = _models(hazard, passes)
    return [
        TrailItem(
            one,
            [reports[id_] for id_ in one.observations if id_ in reports],
            sorted({version for at, version in models_of[one.device_id] if _during(one, at)}),
        )
        for one in passes
    ]


def _reports(ids: Collection[UUID]) -> dict[UUID, EvidenceImage]:
    found = models.Observation.objects.filter(id__in=ids).select_related("view")
    return {row.id: image_of(row) for row in found}


def _models(hazard: Hazard, passes: Sequence[Evidence]) -> dict[UUID, list[tuple[datetime, str]]]:
    """When each device looked here, and with which model."""
    by_device: defaultdict[UUID, list[tuple[datetime, str]]] = defaultdict(list)
    if passes:
        looks = models.View.objects.filter(
            cell__in=looked_from([seen_cell(hazard.lon, hazard.lat)]),
            captured_at__range=(min(p.first_at for p in passes), passes[-1].last_at),
            device_id__in={one.device_id for one in passes},
        ).distinct()
        for device, at, version in looks.values_list("device_id", "captured_at", "model_version"):
            by_device[device].append((at, version))
    return by_device


def _during(evidence: Evidence, at: datetime) -> bool:
    return evidence.first_at <= at <= evidence.last_at
