"""What the map said about an area at an earlier time, from its feed of changes."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import OuterRef, Subquery

from hazardmap.core.answers.wanted import Wanted, wants
from hazardmap.core.fusion.hazard import LIVE, Hazard
from hazardmap.core.geometry.area import Area
from hazardmap.hazards import mapping, models
from hazardmap.hazards.live import placed
from hazardmap.hazards.search import within

LOOKED_AT_ONCE = 2000


class PastPage(NamedTuple):
    """hazards: as they were then, in ascending order of id. after: where the next page goes on."""

    hazards: list[Hazard]
    after: UUID | None


def page_at(
    at: datetime, area: Area, wanted: Wanted, *, after: UUID | None, limit: int
) -> PastPage:
    """One page of what was live and wanted at a time, of the hazards placed in an area since.

    A page looks at LOOKED_AT_ONCE hazards at most: it may be short and still not be the last. What
    has been merged into another hazard since is that other hazard.
    """
    known = within(area, placed()).filter(first_seen__lte=at)
    if after is not None:
        known = known.filter(id__gt=after)
    then = models.HazardEvent.objects.filter(hazard_id=OuterRef("id"), at__lte=at)
    latest = Subquery(then.order_by("-cursor").values("hazard")[:1])
    looked = list(known.order_by("id").values_list("id", latest)[:LOOKED_AT_ONCE])
    found: list[Hazard] = []
    for id_, values in looked:
        if values is not None:
            hazard = mapping.hazard_from_json(values)
            if hazard.state in LIVE and wants(wanted, hazard):
                found.append(hazard)
        if len(found) == limit:
            return PastPage(found, id_ if id_ != looked[-1][0] else _more(looked))
    return PastPage(found, _more(looked))


def each_at(at: datetime, area: Area, wanted: Wanted) -> Iterator[Hazard]:
    """All of them in ascending order of id, read as they are needed, so much at once."""
    after = None
    while True:
        found, after = page_at(at, area, wanted, after=after, limit=LOOKED_AT_ONCE)
        yield from found
        if after is None:
            break


def _more(looked: list[tuple[UUID, object]]) -> UUID | None:
    return looked[-1][0] if len(looked) == LOOKED_AT_ONCE else None
