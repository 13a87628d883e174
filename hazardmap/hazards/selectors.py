"""Reads: the map as values."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from django.contrib.gis.db.models import Extent, GeometryField
from django.db.models import Func
from django.db.models.functions import Cast
from django.utils import timezone

from hazardmap.accounts.selectors import witnesses
from hazardmap.core.fusion.hazard import LIVE_STATES, Evidence, Hazard
from hazardmap.core.geometry.bbox import Bbox
from hazardmap.core.operation.review import HARM, risk
from hazardmap.hazards import mapping, models
from hazardmap.hazards.columns import hazards_of
from hazardmap.hazards.live import live_in
from hazardmap.hazards.vote_models import Vote
from hazardmap.platform.kept import kept

REVIEW_POOL = 200  # of each severity
LOOK_KEPT_S = 60


class Votes(NamedTuple):
    """How many say that it is still there, and gone; own: what the asking account says."""

    stands: int
    gone: int
    own: bool | None


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
