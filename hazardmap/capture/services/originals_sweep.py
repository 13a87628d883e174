"""No original lives longer than a day, whatever happened to its frame."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.core.files.storage import default_storage
from django.utils import timezone

from hazardmap.capture.blobs import ORIGINALS
from hazardmap.capture.models import Frame
from hazardmap.capture.services.frame_finish import frame_rejected

MAX_AGE = timedelta(hours=24)
# An upload that is just being accepted has its file before its row.
MIN_AGE_OF_LEFTOVER = timedelta(minutes=10)


def originals_sweep() -> int:
    """Delete originals that are a day old or that no waiting frame needs; return how many."""
    deleted = 0
    now = timezone.now()
    for path, frame_id in _originals():
        age = now - _received_at(frame_id)
        waiting = Frame.objects.filter(id=frame_id).exclude(original="").exists()
        if age >= MAX_AGE and waiting:
            frame_rejected(frame_id=frame_id, reason="not_processed_in_time")
        if age >= MAX_AGE or (age >= MIN_AGE_OF_LEFTOVER and not waiting):
            default_storage.delete(path)
            deleted += 1
    return deleted


def _originals() -> Iterator[tuple[str, UUID]]:
    if not default_storage.exists(ORIGINALS):
        return
    for folder in default_storage.listdir(ORIGINALS)[0]:
        for name in default_storage.listdir(f"{ORIGINALS}/{folder}")[1]:
            yield f"{ORIGINALS}/{folder}/{name}", UUID(name.split("-", 1)[1])


def _received_at(frame_id: UUID) -> datetime:
    return datetime.fromtimestamp((frame_id.int >> 80) / 1000, tz=UTC)
