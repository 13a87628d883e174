"""Take what was detected into the map."""

import logging

from django.db import DataError, IntegrityError, transaction

from hazardmap.hazards.services.cluster_fuse import fuse_around
from hazardmap.hazards.services.coverage_add import coverage_add
from hazardmap.hazards.services.evidence_take import evidence_take
from hazardmap.hazards.services.place_lock import MoreCells, PlaceLock, place_lock
from hazardmap.inference.services import TakenRun, runs_take
from hazardmap.platform.garbage import collected_later

logger = logging.getLogger(__name__)
BATCH = 800
# What a frame with impossible values ends in, here or at a constraint of the database.
_IMPOSSIBLE = (ValueError, KeyError, ArithmeticError, DataError, IntegrityError)


def fuse_pending() -> int:
    """Fuse until no detected frame waits; return how many were taken in.

    A frame that cannot be fused is found by going on one by one; it is logged and left out, so
    that it never holds up the others.
    """
    taken = 0
    limit = BATCH
    cells: frozenset[int] = frozenset()
    while True:
        try:
            with collected_later():
                count, left_out = _fuse_batch(cells, limit)
        except MoreCells as more:
            # Locks are taken in one sorted sweep, so a wider cluster starts the batch anew.
            cells = more.cells
            continue
        except _IMPOSSIBLE:
            limit = 1
            continue
        if not count:
            return taken
        taken += count
        cells = frozenset()
        if left_out:
            limit = BATCH


@transaction.atomic
def _fuse_batch(cells: frozenset[int], limit: int) -> tuple[int, bool]:
    """How many frames were taken, and whether the only one had to be left out."""
    lock = place_lock(cells)
    runs = runs_take(limit=limit)
    try:
        with transaction.atomic():
            _take_in(runs, lock)
    except _IMPOSSIBLE:
        if len(runs) > 1:
            raise
        logger.exception("frame %s cannot be fused and is left out", runs[0].frame_id)
        return len(runs), True
    return len(runs), False


def _take_in(runs: list[TakenRun], lock: PlaceLock) -> None:
    new = evidence_take(runs)
    seen = [(item.lon, item.lat) for item in new.observations]
    cameras = [(view.lon, view.lat) for view in new.views]
    lock = lock.require_around([*seen, *cameras])
    coverage_add(new.views)
    looks = [(place, view.captured_at) for place, view in zip(cameras, new.views, strict=True)]
    fuse_around(seen=seen, looked_from=looks, lock=lock, new=new)
