"""Reads: the map as values."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.gis.db.models import Extent, GeometryField
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Polygon
from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Cast
from django.utils import timezone

from hazardmap.core.hazard import LIVE, Change, Evidence, Hazard, HazardEvent
from hazardmap.core.observation import Box
from hazardmap.core.review import risk
from hazardmap.hazards import models, rows

Bbox = tuple[float, float, float, float]
REVIEW_POOL = 500


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
    return None if row is None else rows.hazard_of(row)


def hazards_in(bbox: Bbox | None, *, limit: int, live_only: bool = True) -> list[Hazard]:
    """The hazards in a box (west, south, east, north; west > east crosses the antimeridian).

    Newest id first; `None` is the whole world.
    """
    found = _in_area(models.Hazard.objects.all(), bbox, live_only=live_only)
    return [rows.hazard_of(row) for row in found.order_by("-id")[:limit]]


def hazards_page(
    *,
    bbox: Bbox,
    kinds: frozenset[str] | None,
    published_only: bool,
    after: UUID | None,
    limit: int,
) -> list[Hazard]:
    """One page of live hazards in a box in ascending order of id, those after `after`."""
    found = _in_area(models.Hazard.objects.all(), bbox, live_only=True)
    if kinds is not None:
        found = found.filter(kind__in=kinds)
    if published_only:
        found = found.filter(published=True)
    if after is not None:
        found = found.filter(id__gt=after)
    return [rows.hazard_of(row) for row in found.order_by("id")[:limit]]


def evidence_of(hazard_id: UUID) -> list[Evidence]:
    """Every pass for and against a hazard, in order of time."""
    trail = models.Evidence.objects.filter(hazard_id=hazard_id).order_by("first_at", "pass_id")
    return [rows.evidence_of(row) for row in trail]


def images_of(hazard_id: UUID, *, limit: int = 12) -> list[EvidenceImage]:
    """The frames that show a hazard, best report first."""
    trails = models.Evidence.objects.filter(hazard_id=hazard_id, seen=True)
    ids = {text for trail in trails.values_list("observations", flat=True) for text in trail}
    found = models.Observation.objects.filter(id__in=ids).select_related("view")
    return [
        EvidenceImage(
            frame_id=row.view_id,
            captured_at=row.view.captured_at,
            kind=row.kind,
            score=row.score,
            box=Box(*row.box),
            simulated=row.view.simulated,
            model_version=row.view.model_version,
        )
        for row in found.order_by("-score", "id")[:limit]
    ]


def is_evidence(frame_id: UUID) -> bool:
    """Whether a frame shows a hazard that is on the map, so that everybody may see it."""
    ids = [str(id_) for id_ in _observation_ids(frame_id)]
    live = models.Evidence.objects.filter(hazard__state__in=_LIVE, seen=True)
    return any(live.filter(observations__contains=[id_]).exists() for id_ in ids)


def changes_since(cursor: int, *, limit: int) -> list[HazardEvent]:
    """The next events after `cursor`, complete and in order.

    It stops below the oldest transaction that still runs, since that one may yet commit an event
    with a smaller cursor.
    """
    settled = models.HazardEvent.objects.filter(
        cursor__gt=cursor, transaction__lt=_oldest_running()
    )
    return [
        HazardEvent(row.cursor, Change(row.change), row.at, rows.hazard_from_json(row.hazard))
        for row in settled.order_by("cursor")[:limit]
    ]


def latest_cursor() -> int:
    """The cursor to start from for somebody who wants only what comes."""
    settled = models.HazardEvent.objects.filter(transaction__lt=_oldest_running())
    return settled.order_by("-cursor").values_list("cursor", flat=True).first() or 0


def map_bounds() -> Bbox | None:
    """West, south, east and north of the live hazards; None where there are none."""
    live = models.Hazard.objects.filter(state__in=_LIVE)
    extent = live.aggregate(extent=Extent(Cast("position", GeometryField())))["extent"]
    return None if extent is None else (extent[0], extent[1], extent[2], extent[3])


def published_count() -> int:
    """How many hazards are live and published."""
    return models.Hazard.objects.filter(state__in=_LIVE, published=True).count()


def review_queue(*, limit: int) -> list[Hazard]:
    """Live hazards by urgency: what is dangerous, unconfirmed and new comes first."""
    now = timezone.now()
    pool = models.Hazard.objects.filter(state__in=_LIVE, confirmed=False).order_by("-last_seen")
    hazards = [rows.hazard_of(row) for row in pool[:REVIEW_POOL]]
    return sorted(hazards, key=lambda hazard: -risk(hazard, now))[:limit]


def _observation_ids(frame_id: UUID) -> list[UUID]:
    return list(models.Observation.objects.filter(view_id=frame_id).values_list("id", flat=True))


def _in_area(
    hazards: QuerySet[models.Hazard], bbox: Bbox | None, *, live_only: bool
) -> QuerySet[models.Hazard]:
    if live_only:
        hazards = hazards.filter(state__in=_LIVE)
    if bbox is None:
        return hazards
    # As a plane geometry: the sides of a box are parallels and meridians, not great circles.
    flat = hazards.annotate(place=Cast("position", GeometryField()))
    return flat.filter(place__intersects=_area(bbox))


def _area(bbox: Bbox) -> GEOSGeometry:
    west, south, east, north = bbox
    if west <= east:
        return Polygon.from_bbox((west, south, east, north))
    return MultiPolygon(
        Polygon.from_bbox((west, south, 180, north)), Polygon.from_bbox((-180, south, east, north))
    )


def _oldest_running() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


_LIVE = [state.value for state in LIVE]
