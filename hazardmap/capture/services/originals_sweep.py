"""No original lives longer than a day, whatever happened to its frame.

Not even where nothing can look at it, say because no model is live: an original shows faces.
"""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.core.files.storage import default_storage
from django.utils import timezone

from hazardmap.capture.blobs import ORIGINALS
from hazardmap.capture.models import Frame
from hazardmap.capture.services.frame_finish import frame_rejected

logger = logging.getLogger(__name__)
# The next sweep comes ten minutes later: by then it would be older than a day.
MAX_AGE = timedelta(hours=24) - timedelta(minutes=15)
# An upload that is just being accepted has its file before its row.
MIN_AGE_OF_LEFTOVER = timedelta(minutes=10)


def originals_sweep() -> int:
    """Delete originals that are a day old or that no waiting frame needs; return how many."""
    deleted = unseen = 0
    now = timezone.now()
    for path, frame_id in _originals():
        age = now - _received_at(frame_id)
        if age < MIN_AGE_OF_LEFTOVER:
            continue
        waiting = Frame.objects.filter(id=frame_id).exclude(original="").exists()
        if age >= MAX_AGE and waiting:
            unseen += frame_rejected(frame_id=frame_id, reason="not_processed_in_time")
        if age >= MAX_AGE or not waiting:
            default_storage.delete(path)
            deleted += 1
    if unseen:
        logger.error(
            "%d frames waited for nearly 24 hours without being detected; their originals are "
            "deleted, as originals must not be kept longer. Is a detection worker running, is a "
            "model live (manage.py model_list), is there room on the disk?",
            unseen,
        )
    return deleted


def _originals() -> Iterator[tuple[str, UUID]]:
    if not default_storage.exists(ORIGINALS):
        return
    for folder in default_storage.listdir(ORIGINALS)[0]:
        for name in default_storage.listdir(f"{ORIGINALS}/{folder}")[1]:
            path = f"{ORIGINALS}/{folder}/{name}"
            try:
                yield path, UUID(name.partition("-")[2])
            except ValueError:  # must not keep the sweep from the others
                logger.error("%s is no original of ours and is left alone", path)


def _received_at(frame_id: UUID) -> datetime:
    return datetime.fromtimestamp((frame_id.int >> 80) / 1000, tz=UTC)
