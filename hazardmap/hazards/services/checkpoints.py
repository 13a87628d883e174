"""Checkpoints of grounds, and whether they still hold."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import h3.api.basic_int as h3
from django.db import connection

from hazardmap.core.checkpoint import LAG, Checkpoint, checkpoint_from_json, checkpoint_json
from hazardmap.core.coverings import Ground
from hazardmap.hazards import learned_models, models
from hazardmap.hazards.services.evidence_read import BEGINNING
from hazardmap.hazards.services.place_lock import LOCK_RES
from hazardmap.platform.rows_put import Row, array, rows_put

_YOUNGEST = """
    SELECT DISTINCT ON (made.anchor) made.anchor, cells::text, state::text, hazards::text
    FROM unnest(%s::bigint[], %s::timestamptz[]) AS wanted (anchor, before)
    JOIN hazards_checkpoint AS made ON made.anchor = wanted.anchor AND made.at < before
    WHERE params = %s ORDER BY made.anchor, made.at DESC
"""
_FORGET_YOUNGER = """
    DELETE FROM hazards_checkpoint AS made
    USING unnest(%s::bigint[], %s::timestamptz[]) AS start (anchor, at)
    WHERE made.anchor = start.anchor AND made.at > start.at
"""
# What is a little late needs one that is a little older, and no two of them.
_FORGET_OLDER = """
    DELETE FROM hazards_checkpoint AS made
    USING unnest(%s::bigint[], %s::timestamptz[]) AS settled (anchor, at)
    WHERE made.anchor = settled.anchor AND EXISTS (
        SELECT FROM hazards_checkpoint AS younger WHERE younger.anchor = made.anchor
        AND younger.at > made.at AND younger.at <= settled.at)
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """A checkpoint, and the ids of its hazards: fusion's → those under which they are stored."""

    checkpoint: Checkpoint
    hazards: Mapping[UUID, UUID]


@dataclass(frozen=True, slots=True)
class Reached:
    """A ground was replayed from `start`, None for the beginning, and these were made on the way,
    the oldest first."""

    start: Stored | None
    made: Sequence[Stored]


def checkpoints_of(
    grounds: Collection[Ground], before: Mapping[Ground, datetime], digest: str
) -> dict[Ground, Stored]:
    """The youngest of each that holds under the parameters of this digest.

    before: no checkpoint from then on holds; the time of the oldest view just come.
    """
    by_anchor = {min(ground): ground for ground in grounds if before[ground] != BEGINNING}
    limits = [before[ground].isoformat() for ground in by_anchor.values()]
    with connection.cursor() as cursor:
        cursor.execute(_YOUNGEST, [array(by_anchor), array(limits), digest])
        rows = cursor.fetchall()
    found = {}
    for anchor, cells, state, hazards in rows:
        ground = by_anchor[anchor]
        if ground == frozenset(json.loads(cells)):
            ids = {UUID(fused): UUID(id_) for fused, id_ in json.loads(hazards).items()}
            found[ground] = Stored(checkpoint_from_json(json.loads(state)), ids)
    return found


def checkpoints_keep(reached: Mapping[Ground, Reached], digest: str) -> None:
    """Store what was made, under the parameters of this digest; forget what does not hold.

    That is what is younger than where the replay was taken up, and everything of the cells of a
    ground that was replayed from the beginning.
    """
    starts = {
        cell: one.start.checkpoint.at.isoformat() if one.start else "-infinity"
        for ground, one in reached.items()
        for cell in ([min(ground)] if one.start else ground)
    }
    rows = [_row(ground, stored, digest) for ground, one in reached.items() for stored in one.made]
    settled = {
        min(ground): (one.made[-1].checkpoint.at - LAG).isoformat()
        for ground, one in reached.items()
        if one.made
    }
    with connection.cursor() as cursor:
        cursor.execute(_FORGET_YOUNGER, [array(starts), array(starts.values())])
        rows_put(models.Checkpoint, rows, unique="anchor, at", over=True)
        cursor.execute(_FORGET_OLDER, [array(settled), array(settled.values())])


def _row(ground: Ground, stored: Stored, digest: str) -> Row:
    return {
        "anchor": min(ground),
        "cells": sorted(ground),
        "at": stored.checkpoint.at.isoformat(),
        "params": digest,
        "state": checkpoint_json(stored.checkpoint),
        "hazards": {str(fused): str(id_) for fused, id_ in stored.hazards.items()},
    }


def checkpoints_carry(old: str, new: str) -> None:
    """Those made under the old digest hold under the new one, but where places wait.

    Call it in the transaction that writes the new parameters, after its places are marked.
    """
    stale = set(learned_models.StalePlace.objects.values_list("cell", flat=True))
    made = models.Checkpoint.objects.filter(params=old)
    kept = [
        anchor
        for anchor, cells in made.values_list("anchor", "cells").iterator()
        if stale.isdisjoint(h3.cell_to_parent(one, LOCK_RES) for one in cells)
    ]
    made.filter(anchor__in=kept).update(params=new)
