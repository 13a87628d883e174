"""Reads for the contributors' share: what was on the map when, and who had told it."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from functools import reduce
from itertools import groupby
from operator import or_
from typing import NamedTuple
from uuid import UUID

from django.contrib.gis.db.models import GeometryField
from django.db.models import Q
from django.db.models.functions import Cast

from hazardmap.core.bbox import Bbox
from hazardmap.core.hazard import Change, Evidence, State
from hazardmap.core.sharing import Trail
from hazardmap.core.verdict import Decision
from hazardmap.hazards import models, rows
from hazardmap.hazards.live import boxes
from hazardmap.hazards.services.params_now import params_now

TRAILS_AT_ONCE = 500


class Span(NamedTuple):
    """From `start` on, up to and without `end` (None: still)."""

    start: datetime
    end: datetime | None


def trails_of(hazard_ids: Iterable[UUID]) -> dict[UUID, Trail]:
    """What was said about each of these hazards, by passes and by moderators."""
    ids = list(hazard_ids)
    aliases = params_now().params.aliases
    found: dict[UUID, Trail] = {}
    for start in range(0, len(ids), TRAILS_AT_ONCE):
        batch = ids[start : start + TRAILS_AT_ONCE]
        evidence = models.Evidence.objects.filter(hazard_id__in=batch).select_related("hazard")
        ordered = evidence.order_by("hazard_id", "last_at", "pass_id")
        for hazard_id, group in groupby(ordered, key=lambda row: row.hazard_id):
            said = list(group)
            trail = [rows.evidence_of(row) for row in said]
            verdict, verdict_at = _verdict_on(trail)
            found[hazard_id] = Trail(
                trail,
                said[0].hazard.half_life_s,
                cleared=said[0].hazard.state == State.CLEARED.value,
                aliases=aliases,
                verdict=verdict,
                verdict_at=verdict_at,
            )
    return found


def published_in(bbox: Bbox) -> dict[UUID, list[Span]]:
    """When each hazard in a box was published, of those that ever were, by the change feed."""
    placed = models.Hazard.objects.alias(place=Cast("position", GeometryField()))
    inside = placed.filter(reduce(or_, (Q(place__intersects=area) for area in boxes(bbox))))
    events = models.HazardEvent.objects.filter(hazard_id__in=inside.values("pk"))
    feed = events.order_by("hazard_id", "cursor").values_list(
        "hazard_id", "at", "change", "hazard__published"
    )
    spans: defaultdict[UUID, list[Span]] = defaultdict(list)
    for hazard_id, at, change, published in feed:
        known = spans[hazard_id]
        shown = published and change != Change.REMOVED.value
        if shown and (not known or known[-1].end is not None):
            known.append(Span(at, None))
        elif not shown and known and known[-1].end is None:
            known[-1] = known[-1]._replace(end=at)
    return {hazard_id: known for hazard_id, known in spans.items() if known}


def _verdict_on(trail: Iterable[Evidence]) -> tuple[Decision | None, datetime | None]:
    """The latest standing word of a moderator about any of the reports, and when it was given."""
    reports = [str(id_) for item in trail for id_ in item.observations]
    said = models.Verdict.objects.filter(
        undone_at__isnull=True, observations__has_any_keys=reports
    ).order_by("-at", "-id")
    latest = said.first()
    return (None, None) if latest is None else (Decision(latest.decision), latest.at)
