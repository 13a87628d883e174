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
from django.db import connection
from django.db.models import Q
from django.db.models.functions import Cast

from hazardmap.core.bbox import Bbox
from hazardmap.core.hazard import Change, Evidence, State
from hazardmap.core.sharing import Trail
from hazardmap.core.verdict import Decision
from hazardmap.hazards import models, rows
from hazardmap.hazards.live import boxes
from hazardmap.hazards.services.params_now import params_now
from hazardmap.platform.rows_put import array

TRAILS_AT_ONCE = 500
# Each step is later than the one before, so that it ends where ids have come back and gone again.
_HEIRS = """
    WITH RECURSIVE line (sold, heir, step) AS (
        SELECT id, id, 0::bigint FROM unnest(%s::uuid[]) AS asked (id)
        UNION ALL
        SELECT sold, later.heir_id, later.id FROM line CROSS JOIN LATERAL (
            SELECT heir_id, id FROM hazards_heir WHERE gone_id = line.heir AND id > line.step
            ORDER BY id DESC LIMIT 1) AS later
        WHERE NOT EXISTS (SELECT FROM hazards_hazard WHERE hazards_hazard.id = line.heir)
    )
    SELECT DISTINCT ON (sold) sold, heir FROM line WHERE step > 0 ORDER BY sold, step DESC
"""


class Span(NamedTuple):
    """From `start` on, up to and without `end` (None: still)."""

    start: datetime
    end: datetime | None


def trails_of(hazard_ids: Iterable[UUID]) -> dict[UUID, Trail]:
    """What was said about each of these hazards, by passes and by moderators. Of one that proved to
    be one with another, it is what is said about that."""
    asked = list(hazard_ids)
    heirs = _heirs_of(asked)
    ids = list({heirs.get(id_, id_) for id_ in asked})
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
    inherited = ((id_, found.get(heirs.get(id_, id_))) for id_ in asked)
    return {id_: trail for id_, trail in inherited if trail is not None}


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


def _heirs_of(hazard_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Which hazard has the evidence of each of these that are no more, as far as one has."""
    with connection.cursor() as cursor:
        cursor.execute(_HEIRS, [array(hazard_ids)])
        return dict(cursor.fetchall())


def _verdict_on(trail: Iterable[Evidence]) -> tuple[Decision | None, datetime | None]:
    """The latest standing word of a moderator about any of the reports, and when it was given."""
    reports = [str(id_) for item in trail for id_ in item.observations]
    said = models.Verdict.objects.filter(
        undone_at__isnull=True, observations__has_any_keys=reports
    ).order_by("-at", "-id")
    latest = said.first()
    return (None, None) if latest is None else (Decision(latest.decision), latest.at)
