"""Checkpoints of grounds, and whether they still hold."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from hazardmap.core.fusion.checkpoint import LAG, Checkpoint, checkpoint_from_json, checkpoint_json
from hazardmap.core.geometry.coverings import Ground
from hazardmap.core.geometry.grid import parent
from hazardmap.hazards import checkpoint_models, learned_models
from hazardmap.hazards.services.evidence_read import BEGINNING
from hazardmap.hazards.services.place_lock import LOCK_RES
from hazardmap.platform.rows_put import Row, array, rows_put
from hazardmap.platform.rows_read import rows_read

_YOUNGEST = """
    SELECT DISTINCT ON (made.anchor) made.anchor, cells::text, state::text, hazards::text
    FROM unnest(%s::bigint[], %s::timestamptz[]) AS wanted (anchor, before)
    JOIN hazards_checkpoint AS made ON made.anchor = wanted.anchor AND made.at < before
    WHERE params = %s ORDER BY made.anchor, made.at DESC
"""
# What is younger than the start does not hold any more. What is a little late needs one that is a
# little older, and no two of them.
_FORGET = """
    DELETE FROM hazards_checkpoint AS made
    USING unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS one (anchor, start, settled)
    WHERE made.anchor = one.anchor AND (made.at > one.start OR EXISTS (
        SELECT FROM hazards_checkpoint AS younger WHERE younger.anchor = made.anchor
        AND younger.at > made.at AND younger.at <= least(one.start, one.settled)))
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

    @property
    def settled(self) -> datetime | str:
        """Up to when one older checkpoint will do."""
        return self.made[-1].checkpoint.at - LAG if self.made else "-infinity"


def checkpoints_of(
    grounds: Collection[Ground], before: Mapping[Ground, datetime], digest: str
) -> dict[Ground, Stored]:
    """The youngest of each that holds under the parameters of this digest.

    before: no checkpoint from then on holds; the time of the oldest view just come.
    """
    by_anchor = {min(ground): ground for ground in grounds if before[ground] != BEGINNING}
    limits = [before[ground].isoformat() for ground in by_anchor.values()]
    found = {}
    for anchor, cells, state, hazards in rows_read(
        _YOUNGEST, [array(by_anchor), array(limits), digest]
    ):
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
    columns = [
        (cell, one.start.checkpoint.at if one.start else "-infinity", one.settled)
        for ground, one in reached.items()
        for cell in ([min(ground)] if one.start else ground)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [array(column) for column in zip(*columns, strict=True)])
    made = [_row(ground, stored, digest) for ground, one in reached.items() for stored in one.made]
    rows_put(checkpoint_models.Checkpoint, made, unique="anchor, at", over=True)


def _row(ground: Ground, stored: Stored, digest: str) -> Row:
    return {
        "anchor": min(ground),
        "cells": sorted(ground),
        "at": stored.checkpoint.at,
        "params": digest,
        "state": checkpoint_json(stored.checkpoint),
        "devices": sorted(stored.checkpoint.devices),
        "hazards": {str(fused): id_ for fused, id_ in stored.hazards.items()},
    }


def checkpoints_carry(old: str, new: str) -> None:
    """Those made under the old digest hold under the new one, but where places wait.

    Call it in the transaction that writes the new parameters, after its places are marked.
    """
    stale = set(learned_models.StalePlace.objects.values_list("cell", flat=True))
    made = checkpoint_models.Checkpoint.objects.filter(params=old)
    kept = [
        anchor
        for anchor, cells in made.values_list("anchor", "cells").iterator()
        if stale.isdisjoint(parent(one, LOCK_RES) for one in cells)
    ]
    made.filter(anchor__in=kept).update(params=new)
