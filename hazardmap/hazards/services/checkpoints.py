"""Checkpoints of grounds, and whether they still hold."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

from hazardmap.core.checkpoint import Checkpoint, checkpoint_from_json, checkpoint_json
from hazardmap.core.coverings import Ground
from hazardmap.core.params import FusionParams
from hazardmap.hazards import models
from hazardmap.inference.selectors import recall_table
from hazardmap.platform.rows_put import rows_put


@dataclass(frozen=True, slots=True)
class Stored:
    """A checkpoint, and the ids of its hazards: fusion's → those under which they are stored."""

    checkpoint: Checkpoint
    hazards: Mapping[UUID, UUID]


@lru_cache(maxsize=1)
def params() -> FusionParams:
    """What fusion assumes now."""
    return FusionParams(table=recall_table())


@lru_cache(maxsize=1)
def _digest() -> str:
    return sha256(repr(params()).encode()).hexdigest()


def checkpoints_of(
    grounds: Collection[Ground], since: Mapping[Ground, datetime]
) -> dict[Ground, Stored]:
    """Those that hold. since: the oldest view that has just come to a ground."""
    by_anchor = {min(ground): ground for ground in grounds}
    rows = models.Checkpoint.objects.filter(anchor__in=list(by_anchor), params=_digest())
    found = {}
    for row in rows:
        ground = by_anchor[row.anchor]
        if ground == frozenset(row.cells) and since[ground] > row.at:
            ids = {UUID(fused): UUID(id_) for fused, id_ in row.hazards.items()}
            found[ground] = Stored(checkpoint_from_json(row.state), ids)
    return found


def checkpoints_keep(new: Mapping[Ground, Stored], dropped: Sequence[Ground]) -> None:
    """Store these, and forget whatever was stored about the cells of the dropped grounds."""
    stale = {cell for ground in dropped for cell in ground}
    models.Checkpoint.objects.filter(anchor__in=stale).delete()
    rows = [
        {
            "anchor": min(ground),
            "cells": sorted(ground),
            "at": stored.checkpoint.at.isoformat(),
            "params": _digest(),
            "state": checkpoint_json(stored.checkpoint),
            "hazards": {str(fused): str(id_) for fused, id_ in stored.hazards.items()},
        }
        for ground, stored in new.items()
    ]
    rows_put(models.Checkpoint, rows, over=True)
