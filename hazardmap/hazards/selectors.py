"""Reads: the map as values."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.contrib.gis.db.models import Extent, GeometryField
from django.db import connection
from django.db.models import Func, Q
from django.db.models.functions import Cast
from django.utils import timezone

from hazardmap.accounts.selectors import witnesses
from hazardmap.capture.selectors import with_picture
from hazardmap.core.fusion.hazard import LIVE, LIVE_STATES, Evidence, Hazard
from hazardmap.core.geometry.bbox import Bbox
from hazardmap.core.geometry.box import Box
from hazardmap.core.operation.review import HARM, risk
from hazardmap.hazards import mapping, models
from hazardmap.hazards.columns import hazards_of
from hazardmap.hazards.live import live_in
from hazardmap.hazards.vote_models import Vote
from hazardmap.platform.kept import kept
from hazardmap.platform.rows_put import array

REVIEW_POOL = 200  # of each severity
LOOK_KEPT_S = 60
_SPARE = 24  # pictures in reserve for those that are hidden


class Votes(NamedTuple):
    """How many say that it is still there, and gone; own: what the asking account says."""

    stands: int
    gone: int
    own: bool | None


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


def hazard_get(hazard_id: UUID) -> Hazard | None:
    """A hazard in any state."""
    row = models.Hazard.objects.filter(id=hazard_id).first()
    return None if row is None else mapping.hazard_of(row)


def live_hazards(ids: Iterable[UUID]) -> list[Hazard]:
    """Those of these that are live, in no order."""
    return hazards_of(models.Hazard.objects.filter(id__in=list(ids), state__in=LIVE_STATES))


def hazards_in(bbox: Bbox | None, *, limit: int) -> list[Hazard]:
    """The live hazards in a box (west, south, east, north; west > east crosses the antimeridian).

    Newest id first; `None` is the whole world.
    """
    return hazards_of(live_in(bbox).order_by("-id")[:limit])


def live_after(after: UUID, *, limit: int) -> list[Hazard]:
    """The live hazards of the whole map in ascending order of id, those after `after`."""
    return hazards_of(live_in(None).filter(id__gt=after).order_by("id")[:limit])


def evidence_of(hazard_id: UUID, *, limit: int = 1000) -> list[Evidence]:
    """The passes for and against a hazard in order of time; the latest, where there are more."""
    trail = models.Evidence.objects.filter(hazard_id=hazard_id).order_by("-first_at", "-pass_id")
    return [mapping.evidence_of(row) for row in reversed(trail[:limit])]


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
    with connection.cursor() as cursor:
        cursor.execute(_BEST_REPORTS, [array(hazard_ids), 1 + _SPARE])
        reports = cursor.fetchall()
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


def votes_about(hazard_id: UUID, *, account_id: UUID | None) -> Votes:
    """What people who passed by say of a hazard, and what this account says."""
    given = list(
        Vote.objects.filter(hazard_id=hazard_id, undone_at=None).values_list("witness", "stands")
    )
    own = witnesses([account_id]).get(account_id) if account_id and given else None
    return Votes(
        stands=sum(stands for _, stands in given),
        gone=sum(not stands for _, stands in given),
        own=dict(given).get(own) if own is not None else None,
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


def map_bounds(*, published_only: bool = False) -> Bbox | None:
    """The narrowest west, south, east and north of the live hazards; None where there are none."""
    live = models.Hazard.objects.filter(state__in=LIVE_STATES)
    if published_only:
        live = live.filter(published=True)
    place = Cast("position", GeometryField())
    found = live.aggregate(
        here=Extent(place), beyond=Extent(Func(place, function="ST_ShiftLongitude"))
    )
    if found["here"] is None:
        return None
    west, south, east, north = found["here"]
    beyond_west, _, beyond_east, _ = found["beyond"]
    if beyond_west < 180.0 < beyond_east and beyond_east - beyond_west < east - west:
        west, east = beyond_west, beyond_east - 360.0
    return west, south, east, north


def first_look() -> Bbox | None:
    """Bounds of the map as it was a minute ago at most: of what is published, else of all."""

    def bounds() -> Bbox | None:
        return map_bounds(published_only=True) or map_bounds()

    return kept("first_look", bounds, keep_s=LOOK_KEPT_S)


def published_count() -> int:
    """How many hazards are live and published."""
    return models.Hazard.objects.filter(state__in=LIVE_STATES, published=True).count()


def review_queue() -> list[Hazard]:
    """Live hazards by urgency: what is dangerous, unconfirmed and new comes first.

    The newest of each severity: on a busy map the newest of all are mostly harmless.
    """
    now = timezone.now()
    live = models.Hazard.objects.filter(state__in=LIVE_STATES, confirmed=False)
    hazards = [
        hazard
        for severity in HARM
        for hazard in hazards_of(
            live.filter(severity=severity).order_by("-last_seen")[:REVIEW_POOL]
        )
    ]
    return sorted(hazards, key=lambda hazard: -risk(hazard, now))


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
