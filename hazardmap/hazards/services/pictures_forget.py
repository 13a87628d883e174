"""Pictures that go before their account does: their owner wants it, or their time is over."""

from datetime import timedelta
from math import inf
from time import monotonic
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction

from hazardmap.capture.selectors import frame_info, pictures_due
from hazardmap.capture.services import frames_forget, pictures_expire, pictures_prolong
from hazardmap.core.fusion.hazard import LIVE_STATES
from hazardmap.hazards import models
from hazardmap.hazards.selectors import best_frames_of
from hazardmap.inference.services import runs_forget

AT_ONCE: Final = 500


@transaction.atomic
def picture_forget(*, frame_id: UUID, account_id: UUID) -> bool:
    """Delete a frame of this account with all that is known of its picture; False if it has none.

    As when somebody leaves, what was found in it stays evidence under a number. Safe to call
    twice: its file goes after what speaks of it, and the frame last.
    """
    if frame_info(frame_id, account_id=account_id) is None:
        return False
    models.Picture.objects.filter(frame_id=frame_id).delete()
    runs_forget(frame_ids=[frame_id])
    transaction.on_commit(lambda: frames_forget(frame_ids=[frame_id]))
    return True


def old_pictures_forget(*, longest_s: float = inf) -> int:
    """Delete all pictures that are kept long enough, or for about so long; how many that were.

    The best picture of a hazard that is on the map is kept for another day.
    """
    older_than = timedelta(days=settings.PICTURE_DAYS)
    until, forgotten = monotonic() + longest_s, 0
    while True:
        due = pictures_due(older_than=older_than, limit=AT_ONCE)
        shown = _best_of_live(due)
        pictures_prolong(frame_ids=shown)
        gone = set(due) - shown
        pictures_expire(frame_ids=gone)
        forgotten += len(gone)
        if len(due) < AT_ONCE or monotonic() > until:
            return forgotten


def _best_of_live(frame_ids: list[UUID]) -> set[UUID]:
    reports = models.Observation.objects.filter(view_id__in=frame_ids).values_list("id", flat=True)
    telling = models.Evidence.objects.filter(
        hazard__state__in=LIVE_STATES, observations__has_any_keys=[str(id_) for id_ in reports]
    )
    hazards = telling.values_list("hazard_id", flat=True).distinct()
    return best_frames_of(hazards) & set(frame_ids)
