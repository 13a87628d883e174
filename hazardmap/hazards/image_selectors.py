"""Reads: the pictures that show a hazard, and which of them everybody may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from hazardmap.capture.selectors import with_picture
from hazardmap.core.fusion.hazard import LIVE, LIVE_STATES, Hazard
from hazardmap.core.geometry.box import Box
from hazardmap.hazards import models
from hazardmap.platform.rows_put import array
from hazardmap.platform.rows_read import rows_read

_SPARE = 24  # pictures in reserve for those that are hidden


@dataclass(frozen=True, slots=True)
class EvidenceImage:
    """One report of a hazard in one frame."""

    frame_id: UUID
    captured_at: datetime
    kind: str
    score: float
    box: Box
    simulated: bool
    model_version: str


def images_of(hazard_id: UUID, *, limit: int = 12, hidden: bool = False) -> list[EvidenceImage]:
    """The frames that show a hazard, best report first.

    Only if asked for (hidden): those that were hidden, and those of a hazard that shows none.
    """
    trails = models.Evidence.objects.filter(hazard_id=hazard_id, seen=True)
    if not hidden:
        trails = trails.filter(_PICTURED)
    ids = {text for trail in trails.values_list("observations", flat=True) for text in trail}
    found = models.Observation.objects.filter(id__in=ids).select_related("view")
    best = list(found.order_by("-score", "id")[: limit + _SPARE])
    kept = with_picture({row.view_id for row in best}, hidden=hidden)
    return [image_of(row) for row in best if row.view_id in kept][:limit]


def best_frames_of(hazard_ids: Iterable[UUID]) -> set[UUID]:
    """The frame of the first of `images_of` of each of these hazards, hidden or not."""
    reports = rows_read(_BEST_REPORTS, [array(hazard_ids), 1 + _SPARE])
    kept = with_picture({frame_id for _, frame_id in reports}, hidden=True)
    best: dict[UUID, UUID] = {}
    for hazard_id, frame_id in reports:
        if frame_id in kept:
            best.setdefault(hazard_id, frame_id)
    return set(best.values())


def image_of(row: models.Observation) -> EvidenceImage:
    """row: with its view."""
    return EvidenceImage(
        frame_id=row.view_id,
        captured_at=row.view.captured_at,
        kind=row.kind,
        score=row.score,
        box=Box(*row.box),
        simulated=row.view.simulated,
        model_version=row.view.model_version,
    )


def shows_pictures(hazard: Hazard) -> bool:
    """Whether everybody may see its pictures: on the word of one account nobody sees any."""
    return hazard.state in LIVE and (hazard.published or hazard.confirmed)


def is_evidence(frame_id: UUID) -> bool:
    """Whether a frame shows a hazard that shows pictures, so that everybody may see it."""
    seen = models.Observation.objects.filter(view_id=frame_id).values_list("id", flat=True)
    return models.Evidence.objects.filter(
        _PICTURED, observations__has_any_keys=[str(id_) for id_ in seen]
    ).exists()


_PICTURED = Q(hazard__state__in=LIVE_STATES) & (
    Q(hazard__published=True) | Q(hazard__confirmed=True)
)
"""As `shows_pictures` says, of evidence."""
_BEST_REPORTS = """
SELECT hazard_id, view_id FROM (
    SELECT trail.hazard_id, report.view_id, row_number() OVER (
        PARTITION BY trail.hazard_id ORDER BY report.score DESC, report.id
    ) AS place
    FROM hazards_evidence AS trail
    CROSS JOIN jsonb_array_elements_text(trail.observations) AS said (id)
    JOIN hazards_observation AS report ON report.id = said.id::uuid
    WHERE trail.seen AND trail.hazard_id = ANY(%s::uuid[])
) AS ranked
WHERE place <= %s ORDER BY place
"""
