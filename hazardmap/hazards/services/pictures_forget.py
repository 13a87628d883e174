"""Pictures that go before their account does: their owner wants it, or their time is over."""

from collections.abc import Collection
from datetime import datetime, timedelta
from math import inf
from time import monotonic
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction

from hazardmap.capture.drive_selectors import frame_ids_of_drive
from hazardmap.capture.selectors import frame_info, pictures_due
from hazardmap.capture.services import (
    frames_forget,
    frames_withdraw,
    pictures_expire,
    pictures_prolong,
)
from hazardmap.core.fusion.hazard import LIVE_STATES
from hazardmap.hazards import models
from hazardmap.hazards.image_selectors import best_frames_of
from hazardmap.hazards.picture_models import PictureKey
from hazardmap.inference.services import runs_forget

AT_ONCE: Final = 500
LONGEST_S: Final = 10.0
"""A request does not go on for longer; whoever sent it asks again."""


@transaction.atomic
def picture_forget(*, frame_id: UUID, account_id: UUID) -> bool:
    """Delete a frame of this account with all that is known of its picture; False if it has none.

    As when somebody leaves, what was found in it stays evidence under a number. Safe to call
    twice: its file goes after what speaks of it, and the frame last.
    """
    if frame_info(frame_id, account_id=account_id) is None:
        return False
    _forget([frame_id])
    return True


def drive_forget(*, account_id: UUID, device_id: UUID, begin: datetime, end: datetime) -> int:
    """The same for all frames that this account's device took from one time to another.

    In steps, each of them whole, for some seconds: how many frames are left then. Called again,
    it goes on with these.
    """
    frame_ids = frame_ids_of_drive(account_id=account_id, device_id=device_id, begin=begin, end=end)
    until = monotonic() + LONGEST_S
    for start in range(0, len(frame_ids), AT_ONCE):
        if monotonic() > until:
            return len(frame_ids) - start
        with transaction.atomic():
            _forget(frame_ids[start : start + AT_ONCE])
    return 0


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


def _forget(frame_ids: Collection[UUID]) -> None:
    frames_withdraw(frame_ids=frame_ids)
    # Runs first: it waits for whoever is just taking them in, who writes down these keys as well.
    runs_forget(frame_ids=frame_ids)
    PictureKey.objects.filter(frame_id__in=frame_ids).delete()
    transaction.on_commit(lambda: frames_forget(frame_ids=frame_ids))


def _best_of_live(frame_ids: list[UUID]) -> set[UUID]:
    reports = models.Observation.objects.filter(view_id__in=frame_ids).values_list("id", flat=True)
    telling = models.Evidence.objects.filter(
        hazard__state__in=LIVE_STATES, observations__has_any_keys=[str(id_) for id_ in reports]
    )
    hazards = telling.values_list("hazard_id", flat=True).distinct()
    return best_frames_of(hazards) & set(frame_ids)
