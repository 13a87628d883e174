"""Hand waiting frames to a worker by lease, and take back what it could not do."""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import RawSQL

from hazardmap.capture.blobs import free_bytes
from hazardmap.capture.models import Frame
from hazardmap.capture.services.frame_finish import frame_rejected
from hazardmap.platform.database_clock import database_now
from hazardmap.platform.disk import LAST_BYTES
from hazardmap.platform.rows_read import rows_read

logger = logging.getLogger(__name__)
MAX_ATTEMPTS = 2
SHORT_QUEUE = 16
SMALL_BATCH = 4
LARGE_BATCH = 16
# New frames go first, so that frames that kill workers cannot hold up the others; but not for ever.
RETRY_PATIENCE = timedelta(minutes=5)
LEASE = timedelta(seconds=15)
LEASE_PER_FRAME = timedelta(seconds=2)
# The accounts take turns: of each the oldest frame, then of each the next. Accounts with waiting
# frames are found by leaps over the index, not by reading all that waits. More than a batch is
# named, since another worker may just be taking the first of them.
_IN_TURN = """
    WITH RECURSIVE waiting (account_id) AS (
        (SELECT account_id FROM capture_frame WHERE state = 'received'
            ORDER BY account_id LIMIT 1)
        UNION ALL
        SELECT (SELECT account_id FROM capture_frame
            WHERE state = 'received' AND account_id > waiting.account_id
            ORDER BY account_id LIMIT 1)
        FROM waiting WHERE waiting.account_id IS NOT NULL
    )
    SELECT next.id FROM waiting, LATERAL (
        SELECT id, row_number() OVER (ORDER BY id) AS turn FROM (
            SELECT id FROM capture_frame
            WHERE account_id = waiting.account_id AND state = 'received' AND attempts = 0
                AND (lease_until IS NULL OR lease_until < %s)
            ORDER BY id LIMIT 32
        ) AS oldest
    ) AS next
    ORDER BY next.turn, next.id LIMIT 64
"""


@dataclass(frozen=True, slots=True)
class ClaimedFrame:
    """`original` is its path in the blob storage. `edge`: what its device saw, as JSON.

    lease_until: by which the lease is told from any other of the same frame.
    """

    id: UUID
    original: str
    edge: dict[str, Any] | None
    lease_until: datetime


def frames_claim() -> list[ClaimedFrame]:
    """Lease the oldest waiting frames: a few when the queue is short, up to 16 when it is long.

    Accounts take turns: whoever has sent thousands keeps nobody else waiting.
    A frame whose worker died is tried once more, alone; if that worker dies too, it is rejected.
    None while the disk has no room for what would be kept of them: frames wait for it.
    """
    if (free := free_bytes()) < LAST_BYTES:
        logger.error("waiting frames are not looked at: the disk has %d bytes left", free)
        return []
    with transaction.atomic():
        now = database_now()
        _reject_killers(now)
        overdue = Q(lease_until__lt=now - RETRY_PATIENCE)
        rows = _retry(now, overdue) or _batch(now) or _retry(now, Q())
        lease_until = now + LEASE + LEASE_PER_FRAME * len(rows)
        for row in rows:
            row.attempts += 1
            row.lease_until = lease_until
        Frame.objects.bulk_update(rows, ["attempts", "lease_until"])
    return [ClaimedFrame(row.id, row.original, row.edge, lease_until) for row in rows]


@transaction.atomic
def frames_release(frames: Collection[ClaimedFrame], *, wait: timedelta = timedelta()) -> None:
    """Give leases back: that nothing came of them was not the fault of the frames.

    Costs no attempt; they are handed out again after `wait`. A lease that is somebody else's by
    now stays his.
    """
    free_at = database_now() + wait
    for frame in frames:
        Frame.objects.filter(
            id=frame.id, state=Frame.State.RECEIVED, lease_until=frame.lease_until
        ).update(attempts=F("attempts") - 1, lease_until=free_at)


def _batch(now: datetime) -> list[Frame]:
    ids = [frame_id for (frame_id,) in rows_read(_IN_TURN, [now])]
    in_turn = RawSQL("array_position(%s::uuid[], id)", [ids])
    waiting = _free(now).filter(attempts=0, id__in=ids).order_by(in_turn)
    rows = list(waiting.select_for_update(skip_locked=True)[:LARGE_BATCH])
    return rows if len(rows) >= SHORT_QUEUE else rows[:SMALL_BATCH]


def _retry(now: datetime, which: Q) -> list[Frame]:
    """One frame whose worker died, alone: if it was to blame, it takes no other frame with it."""
    retries = _free(now).filter(which, attempts__gt=0).order_by("lease_until", "id")
    return list(retries.select_for_update(skip_locked=True)[:1])


def _free(now: datetime) -> QuerySet[Frame]:
    """Frames that wait and that no living worker holds."""
    return Frame.objects.filter(state=Frame.State.RECEIVED).filter(
        Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    )


def _reject_killers(now: datetime) -> None:
    killers = _free(now).filter(attempts__gte=MAX_ATTEMPTS).select_for_update(skip_locked=True)
    for frame_id in killers.values_list("id", flat=True):
        frame_rejected(frame_id=frame_id, reason="worker_crashed")
