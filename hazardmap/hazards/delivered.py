"""Reads for the contributors' share: what was on the map when, and who had told it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery

from hazardmap.core.fusion.hazard import Change, Evidence, State
from hazardmap.core.fusion.verdict import Ruling
from hazardmap.core.geometry.bbox import Bbox
from hazardmap.core.kinds import KINDS
from hazardmap.core.selling.pricing.period import Period
from hazardmap.core.selling.sharing import Trail
from hazardmap.hazards import mapping, models
from hazardmap.hazards.heirs import heirs_of
from hazardmap.hazards.live import boxes, placed, touching
from hazardmap.hazards.params_now import params_now
from hazardmap.platform.unhurried import unhurried

TRAILS_AT_ONCE = 500

# Whether an event left its hazard published.
_SHOWN = ExpressionWrapper(
    Q(hazard__published=True) & ~Q(change=Change.REMOVED.value), BooleanField()
)


class Span(NamedTuple):
    """From `start` on, up to and without `end` (None: still)."""

    start: datetime
    end: datetime | None


def trails_of(hazard_ids: Iterable[UUID]) -> dict[UUID, Trail]:
    """What was said about each of these hazards, by passes and by moderators. Of one that proved to
    be one with another, it is what is said about that."""
    asked = list(hazard_ids)
    heirs = heirs_of(asked)
    ids = list({heirs.get(id_, id_) for id_ in asked})
    aliases = params_now().params.aliases
    found: dict[UUID, Trail] = {}
    for start in range(0, len(ids), TRAILS_AT_ONCE):
        batch = ids[start : start + TRAILS_AT_ONCE]
        evidence = models.Evidence.objects.filter(hazard_id__in=batch).select_related("hazard")
        ordered = evidence.order_by("hazard_id", "last_at", "pass_id")
        for hazard_id, group in groupby(ordered, key=lambda row: row.hazard_id):
            said = list(group)
            trail = [mapping.evidence_of(row) for row in said]
            found[hazard_id] = Trail(
                trail,
                said[0].hazard.half_life_s,
                cleared=said[0].hazard.state == State.CLEARED.value,
                aliases=aliases,
                verdict=_verdict_on(trail),
            )
    inherited = ((id_, found.get(heirs.get(id_, id_))) for id_ in asked)
    return {id_: trail for id_, trail in inherited if trail is not None}


def published_in(
    bbox: Bbox, within: Period, *, kinds: Collection[str] = KINDS.keys()
) -> dict[UUID, list[Span]]:
    """When each hazard of these kinds in a box was published, of those that were within a time, by
    the change feed: no span begins before that time, and what came after it is not read."""
    inside = touching(boxes(bbox), placed())
    if len(kinds) < len(KINDS):
        inside = inside.filter(kind__in=kinds)
    events = models.HazardEvent.objects.filter(hazard_id=OuterRef("pk"), at__lt=within.start)
    latest = events.order_by("-cursor").values(shown=_SHOWN)[:1]
    spans: defaultdict[UUID, list[Span]] = defaultdict(list)
    with unhurried():
        for hazard_id in _streamed(inside.filter(Subquery(latest)).values_list("pk", flat=True)):
            spans[hazard_id].append(Span(within.start, None))
        for hazard_id, at, shown in _streamed(_changes(inside, within)):
            known = spans[hazard_id]
            if shown and (not known or known[-1].end is not None):
                known.append(Span(at, None))
            elif not shown and known and known[-1].end is None:
                known[-1] = known[-1]._replace(end=at)
    return {hazard_id: known for hazard_id, known in spans.items() if known}


def _changes(inside: QuerySet[models.Hazard], within: Period) -> QuerySet[Any, Any]:
    events = models.HazardEvent.objects.filter(
        hazard_id__in=inside.values("pk"), at__gte=within.start, at__lt=within.end
    )
    told = events.annotate(shown=_SHOWN).order_by("hazard_id", "cursor")
    return told.values_list("hazard_id", "at", "shown")


def _streamed(rows_: QuerySet[Any, Any]) -> Iterator[Any]:
    """Within a transaction: a tile of the whole world has every hazard."""
    return rows_.iterator(chunk_size=10_000)


def _verdict_on(trail: Iterable[Evidence]) -> Ruling | None:
    """The latest standing word of a moderator about any of the reports."""
    reports = [str(id_) for item in trail for id_ in item.observations]
    said = models.Verdict.objects.filter(
        undone_at__isnull=True, observations__has_any_keys=reports
    ).order_by("-at", "-id")
    latest = said.first()
    return None if latest is None else Ruling(latest.decision)
