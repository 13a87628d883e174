"""Checkpoints of grounds, and whether they still hold."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import h3.api.basic_int as h3

from hazardmap.core.checkpoint import Checkpoint, checkpoint_from_json, checkpoint_json
from hazardmap.core.coverings import Ground
from hazardmap.hazards import learned_models, models
from hazardmap.hazards.services.place_lock import LOCK_RES
from hazardmap.platform.rows_put import rows_put


@dataclass(frozen=True, slots=True)
class Stored:
    """A checkpoint, and the ids of its hazards: fusion's → those under which they are stored."""

    checkpoint: Checkpoint
    hazards: Mapping[UUID, UUID]


def checkpoints_of(
    grounds: Collection[Ground], since: Mapping[Ground, datetime], digest: str
) -> dict[Ground, Stored]:
    """Those that hold under the parameters of this digest. since: the oldest view just come."""
    by_anchor = {min(ground): ground for ground in grounds}
    rows = models.Checkpoint.objects.filter(anchor__in=list(by_anchor), params=digest)
    found = {}
    for row in rows:
        ground = by_anchor[row.anchor]
        if ground == frozenset(row.cells) and since[ground] > row.at:
            ids = {UUID(fused): UUID(id_) for fused, id_ in row.hazards.items()}
            found[ground] = Stored(checkpoint_from_json(row.state), ids)
    return found


def checkpoints_keep(new: Mapping[Ground, Stored], dropped: Sequence[Ground], digest: str) -> None:
    """Store these, made under the parameters of this digest; forget those of dropped cells."""
    stale = {cell for ground in dropped for cell in ground}
    models.Checkpoint.objects.filter(anchor__in=stale).delete()
    rows = [
        {
            "anchor": min(ground),
            "cells": sorted(ground),
            "at": stored.checkpoint.at.isoformat(),
            "params": digest,
            "state": checkpoint_json(stored.checkpoint),
            "hazards": {str(fused): str(id_) for fused, id_ in stored.hazards.items()},
        }
        for ground, stored in new.items()
    ]
    rows_put(models.Checkpoint, rows, over=True)


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
