"""Checkpoints of grounds, and whether they still hold."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from hazardmap.core.checkpoint import Checkpoint, checkpoint_from_json, checkpoint_json
from hazardmap.core.coverings import Ground
from hazardmap.core.params import FusionParams
from hazardmap.hazards import models
from hazardmap.platform.rows_put import rows_put


@dataclass(frozen=True, slots=True)
class Stored:
    """A checkpoint, and the ids of its hazards: fusion's → those under which they are stored."""

    checkpoint: Checkpoint
    hazards: Mapping[UUID, UUID]


def checkpoints_of(
    grounds: Collection[Ground], since: Mapping[Ground, datetime], params: FusionParams
) -> dict[Ground, Stored]:
    """Those that hold under these parameters. since: the oldest view that has just come."""
    by_anchor = {min(ground): ground for ground in grounds}
    rows = models.Checkpoint.objects.filter(anchor__in=list(by_anchor), params=_digest(params))
    found = {}
    for row in rows:
        ground = by_anchor[row.anchor]
        if ground == frozenset(row.cells) and since[ground] > row.at:
            ids = {UUID(fused): UUID(id_) for fused, id_ in row.hazards.items()}
            found[ground] = Stored(checkpoint_from_json(row.state), ids)
    return found


def checkpoints_keep(
    new: Mapping[Ground, Stored], dropped: Sequence[Ground], params: FusionParams
) -> None:
    """Store these, made under these parameters, and forget what there was about dropped cells."""
    stale = {cell for ground in dropped for cell in ground}
    models.Checkpoint.objects.filter(anchor__in=stale).delete()
    rows = [
        {
            "anchor": min(ground),
            "cells": sorted(ground),
            "at": stored.checkpoint.at.isoformat(),
            "params": _digest(params),
            "state": checkpoint_json(stored.checkpoint),
            "hazards": {str(fused): str(id_) for fused, id_ in stored.hazards.items()},
        }
        for ground, stored in new.items()
    ]
    rows_put(models.Checkpoint, rows, over=True)


def _digest(params: FusionParams) -> str:
    return sha256(repr(params).encode()).hexdigest()
