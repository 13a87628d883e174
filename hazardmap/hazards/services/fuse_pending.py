"""Take what was detected into the map."""

from django.db import transaction

from hazardmap.hazards.services.cluster_fuse import Places, fuse_around
from hazardmap.hazards.services.evidence_take import evidence_take
from hazardmap.hazards.services.place_lock import MoreCells, place_lock
from hazardmap.inference.services import runs_take

BATCH = 50


def fuse_pending() -> int:
    """Fuse until no detected frame waits; return how many were taken in."""
    taken = 0
    cells: frozenset[int] = frozenset()
    while True:
        try:
            count = _fuse_batch(cells)
        except MoreCells as more:
            # Locks are taken in one sorted sweep, so a wider cluster starts the batch anew.
            cells = more.cells
            continue
        if not count:
            return taken
        taken += count
        cells = frozenset()


@transaction.atomic
def _fuse_batch(cells: frozenset[int]) -> int:
    lock = place_lock(cells)
    runs = runs_take(limit=BATCH)
    new = evidence_take(runs)
    seen: Places = [(item.lon, item.lat) for item in new.observations]
    looked: Places = [(view.lon, view.lat) for view in new.views]
    fuse_around(seen=seen, looked_from=looked, lock=lock)
    return len(runs)
