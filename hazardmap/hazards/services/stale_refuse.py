"""After a new version of the parameters: which places wait to be evaluated under it, and do so."""

import logging
from collections.abc import Collection, Iterable, Iterator

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from hazardmap.core.geometry.grid import parent
from hazardmap.hazards import learned_models
from hazardmap.hazards.services.area_refuse import occupied, place_refuse
from hazardmap.hazards.services.place_lock import LOCK_RES, with_neighbours
from hazardmap.platform.hardship import IMPOSSIBLE, TooMuch, hardship, patiently, pause
from hazardmap.platform.rows_put import array, rows_put
from hazardmap.platform.rows_read import rows_read

logger = logging.getLogger(__name__)


def stale_mark(witnesses: Collection[int] | None) -> int:
    """Let the places wait where these have looked or have a standing word, or all where it is None;
    how many wait.

    Call it in the transaction that writes the version.
    """
    if witnesses is None:
        cells = _places(occupied(None))
    else:
        cells = with_neighbours(_places(_spoken(witnesses)))
    # Written over, which waits for whoever is at a place and about to take its mark away: that one
    # evaluates it under the version before.
    marks = [{"cell": cell, "attempts": 0, "retry_at": None} for cell in sorted(cells)]
    rows_put(learned_models.StalePlace, marks, over=True)
    return learned_models.StalePlace.objects.count()


def stale_refuse() -> Iterator[None]:
    """Evaluate what waits, place by place; yields after each.

    Each place is one transaction. What another worker is at is left to that one. A place that
    cannot be evaluated is logged, waits a while, and holds up nobody.
    """
    while _next_refuse():
        yield


@transaction.atomic
def _next_refuse() -> bool:
    due = Q(retry_at__isnull=True) | Q(retry_at__lte=timezone.now())
    waiting = learned_models.StalePlace.objects.filter(due).order_by("cell")
    place = waiting.select_for_update(skip_locked=True).first()
    if place is None:
        return False
    try:
        with hardship(), transaction.atomic():
            patiently()
            place_refuse(occupied(place.cell))
    except (TooMuch, *IMPOSSIBLE):
        place.attempts += 1
        place.retry_at = timezone.now() + pause(place.attempts)
        place.save(update_fields=["attempts", "retry_at"])
        logger.exception("place %x is not evaluated and waits until %s", place.cell, place.retry_at)
    else:
        place.delete()
    return True


def _spoken(witnesses: Collection[int]) -> list[int]:
    """The cells from which they looked, and those of what they have only voted about."""
    statement = """
        SELECT cell FROM hazards_view WHERE witness = ANY(%s::bigint[])
        UNION
        SELECT cell FROM hazards_vote WHERE witness = ANY(%s::bigint[]) AND undone_at IS NULL
    """
    who = array(sorted(witnesses))
    return [cell for (cell,) in rows_read(statement, [who, who])]


def _places(cells: Iterable[int]) -> frozenset[int]:
    return frozenset(parent(one, LOCK_RES) for one in cells)
