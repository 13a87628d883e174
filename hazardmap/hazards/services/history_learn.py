"""What the whole history of the map tells of half-lives and of what cameras miss and mistake."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from hazardmap.core.fusion.params import FusionParams
from hazardmap.core.fusion.verdict import Ruling
from hazardmap.core.geometry.coverings import Ground, middles, seen_from_where
from hazardmap.core.geometry.grid import parent
from hazardmap.core.learned.history import ground_tally
from hazardmap.core.learned.learning import Tally, learned, with_road
from hazardmap.core.seeing.passes import GAP
from hazardmap.hazards import models
from hazardmap.hazards.services.area_refuse import occupied
from hazardmap.hazards.services.evidence_read import BEGINNING, observations_of, views_of
from hazardmap.hazards.services.ground_find import grounds_around
from hazardmap.hazards.services.place_lock import LOCK_RES
from hazardmap.platform.rows_read import rows_read
from hazardmap.platform.unhurried import unhurried

Progress = Callable[[int, int], None]
"""Places done, places in all."""

_DRIVEN = """
    SELECT coalesce(sum(ST_Distance(position, before)), 0) FROM (
        SELECT position, lag(position) OVER track AS before,
            captured_at - lag(captured_at) OVER track AS after
        FROM hazards_view
        WINDOW track AS (PARTITION BY device_id, witness ORDER BY captured_at, frame_id)
    ) AS step WHERE after <= make_interval(secs => %s)
"""


def history_learned(
    shipped: FusionParams, current: FusionParams, progress: Progress
) -> FusionParams:
    """The parameters that explain the map's history best; replays all of it, ground by ground.

    shipped: the prior. current: those to replay under; their trusts are kept.
    """
    rejected, now = _rejected(), timezone.now()
    by_place: dict[int, list[int]] = defaultdict(list)
    for one in occupied(None):
        by_place[parent(one, LOCK_RES)].append(one)
    sums = Tally()
    for done, (place, cells) in enumerate(by_place.items(), start=1):
        for ground in grounds_around(seen=middles(cells), looked_from=()):
            if parent(min(ground), LOCK_RES) == place:  # of all places that it lies in, only here
                sums += _tally(ground, rejected, current, now)
        progress(done, len(by_place))
    return learned(with_road(sums, _driven_m()), shipped, current, str(int(current.version) + 1))


def _tally(ground: Ground, rejected: set[UUID], params: FusionParams, now: datetime) -> Tally:
    views = views_of({ground: BEGINNING})
    (reach,) = seen_from_where([(view.lon, view.lat) for view in views], [ground])
    here = [views[i] for i in reach]
    by_cell = observations_of(here)
    found = [seen for one in ground for seen in by_cell.get(one, ())]
    return ground_tally(here, found, rejected, params, now)


def _rejected() -> set[UUID]:
    """Observations that a moderator's standing word rejects."""
    verdicts = models.Verdict.objects.filter(decision=Ruling.REJECT.value, undone_at__isnull=True)
    lists: Sequence[list[str]] = list(verdicts.values_list("observations", flat=True))
    return {UUID(text) for texts in lists for text in texts}


def _driven_m() -> float:
    """Length of all passes together."""
    with unhurried():
        [(length_m,)] = rows_read(_DRIVEN, [GAP.total_seconds()])
    return float(length_m)
