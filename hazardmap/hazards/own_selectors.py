"""Reads: what somebody's own passes told of hazards, and in which of his pictures."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

from hazardmap.capture.selectors import with_picture
from hazardmap.core.fusion.hazard import Hazard
from hazardmap.hazards import models
from hazardmap.hazards.columns import hazards_of
from hazardmap.hazards.heirs import heirs_of

PASSES_SHOWN: Final = 5
"""Of each hazard: the first tell most."""
PICTURES_SHOWN: Final = 3


class OwnPass(NamedTuple):
    """What one pass told. frame_ids: of pictures that are kept, the best report first.

    p_before: None of old rows, which do not say it.
    """

    last_at: datetime
    seen: bool
    frames: int
    p_before: float | None
    p_after: float
    frame_ids: list[UUID]


class OwnHazard(NamedTuple):
    """hazard: None where the map knows it no more. passes: the first; all_passes: how many."""

    hazard: Hazard | None
    passes: list[OwnPass]
    all_passes: int


def own_hazards(witness: int, hazard_ids: Collection[UUID]) -> dict[UUID, OwnHazard]:
    """What became of hazards, and what this witness told of each. Of one that proved to be one with
    another, it is that."""
    heirs = heirs_of(hazard_ids)
    now = {id_: heirs.get(id_, id_) for id_ in hazard_ids}
    rows = models.Hazard.objects.filter(id__in=set(now.values()))
    known = {hazard.id: hazard for hazard in hazards_of(rows)}
    told = _passes(witness, known)
    return {id_: OwnHazard(known.get(heir), *told.get(heir, ([], 0))) for id_, heir in now.items()}


def _passes(witness: int, hazard_ids: Iterable[UUID]) -> dict[UUID, tuple[list[OwnPass], int]]:
    rows = list(
        models.Evidence.objects.filter(witness=witness, hazard_id__in=list(hazard_ids))
        .annotate(
            place=Window(RowNumber(), partition_by=F("hazard_id"), order_by=["last_at", "pass_id"]),
            all_passes=Window(Count("*"), partition_by=F("hazard_id")),
        )
        .filter(place__lte=PASSES_SHOWN)
        .order_by("hazard_id", "place")
    )
    frames = _frames([id_ for row in rows for id_ in _best(row)])
    kept = with_picture(frames.values())
    passes: defaultdict[UUID, list[OwnPass]] = defaultdict(list)
    counts: dict[UUID, int] = {}
    for row in rows:
        shown = dict.fromkeys(frames[id_] for id_ in _best(row) if id_ in frames)
        passes[row.hazard_id].append(
            OwnPass(
                row.last_at,
                row.seen,
                row.frames,
                row.p_before,
                row.p_after,
                [frame_id for frame_id in shown if frame_id in kept],
            )
        )
        counts[row.hazard_id] = row.all_passes
    return {hazard_id: (passes[hazard_id], count) for hazard_id, count in counts.items()}


def _best(row: models.Evidence) -> list[UUID]:
    """Its reports to show."""
    first = [row.best_observation] if row.best_observation else []
    others = [UUID(text) for text in row.observations]
    return list(dict.fromkeys([*first, *others]))[:PICTURES_SHOWN]


def _frames(observation_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """By report, the frame that it is in."""
    found = models.Observation.objects.filter(id__in=list(observation_ids))
    return dict(found.values_list("id", "view_id"))
