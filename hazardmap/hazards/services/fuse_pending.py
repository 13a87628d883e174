"""Take what was detected into the map."""

import logging
from math import inf
from time import monotonic
from typing import NamedTuple

from django.db import transaction

from hazardmap.hazards.services.coverage_add import coverage_add
from hazardmap.hazards.services.evidence_take import evidence_take
from hazardmap.hazards.services.ground_fuse import fuse_around
from hazardmap.hazards.services.place_lock import MoreCells, place_lock
from hazardmap.hazards.services.street_postpone import street_postpone
from hazardmap.inference.services import TakenRun, runs_take
from hazardmap.platform.garbage import collected_later
from hazardmap.platform.hardship import IMPOSSIBLE, TooMuch, hardship, patiently

logger = logging.getLogger(__name__)
BATCH = 800


class _Done(NamedTuple):
    """offered: how many frames there were. taken: in, or left out for good. found: the only one
    could not be fused, so that others may be taken together again."""

    offered: int
    taken: int
    found: bool = False


def fuse_pending(*, longest_s: float = inf) -> int:
    """Fuse until no detected frame waits, or about so long; return how many were taken in.

    A frame that cannot be fused is found by going on one by one. One with impossible values is
    logged and left out; one that is too much for the database now is logged and tried again
    later, with its street. So neither ever holds up the others. That search is not broken off:
    the next call would begin it anew.
    """
    until = monotonic() + longest_s
    taken = alone = 0
    cells: frozenset[int] = frozenset()
    while True:
        try:
            with collected_later():
                done = _fuse_batch(cells, 1 if alone else BATCH)
        except MoreCells as more:
            # Locks are taken in one sorted sweep, so a wider ground starts the batch anew.
            cells = more.cells
            continue
        except (*IMPOSSIBLE, TooMuch):
            # Nor does one of them wait for the places of the others.
            alone, cells = BATCH, frozenset()
            continue
        taken += done.taken
        cells = frozenset()
        alone = 0 if done.found else max(alone - 1, 0)
        if not done.offered or (not alone and monotonic() > until):
            return taken


@transaction.atomic
def _fuse_batch(cells: frozenset[int], limit: int) -> _Done:
    runs = runs_take(limit=limit)
    if not runs:
        return _Done(0, 0)
    try:
        with hardship(), transaction.atomic():
            if len(runs) == 1 and runs[0].attempts:
                patiently()
            _take_in(runs, cells)
    except IMPOSSIBLE:
        if len(runs) > 1:
            raise
        logger.exception("frame %s cannot be fused and is left out", runs[0].frame_id)
        return _Done(1, 1, found=True)
    except TooMuch as error:
        if len(runs) > 1:
            raise
        count, at = street_postpone(runs[0].frame_id)
        logger.error(
            "frame %s cannot be fused now; %d frames of its street wait until %s: %s",
            *(runs[0].frame_id, count, at.isoformat(timespec="seconds"), error),
        )
        return _Done(1, 0, found=True)
    return _Done(len(runs), len(runs))


def _take_in(runs: list[TakenRun], cells: frozenset[int]) -> None:
    new = evidence_take(runs)  # has locks of its own, which come before those of places
    lock = place_lock(cells)
    seen = [(item.lon, item.lat) for item in new.observations]
    cameras = [(view.lon, view.lat) for view in new.views]
    lock = lock.require_around([*seen, *cameras])
    coverage_add(new.views)
    looks = [(place, view.captured_at) for place, view in zip(cameras, new.views, strict=True)]
    fuse_around(seen=seen, looked_from=looks, lock=lock, new=new)
