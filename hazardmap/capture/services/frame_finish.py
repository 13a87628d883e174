"""End a frame's wait: either its blurred copy stays, or it is rejected with a reason."""

from collections.abc import Mapping
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from hazardmap.capture.blobs import stored_path
from hazardmap.capture.models import Frame


@transaction.atomic
def frame_detected(
    *,
    frame_id: UUID,
    blurred_jpeg: bytes,
    width_px: int,
    height_px: int,
    phash: int,
    reason: str = "",
) -> bool:
    """Keep the blurred copy and delete the original. False if the frame was finished before.

    width_px, height_px: of the blurred copy. phash: signed 64-bit perceptual hash.
    reason: why the frame cannot speak against a hazard, if it cannot.
    """
    row = _waiting(frame_id)
    if row is None:
        return False
    original, row.original = row.original, ""
    row.stored = default_storage.save(stored_path(frame_id), ContentFile(blurred_jpeg))
    row.width_px, row.height_px, row.phash = width_px, height_px, phash
    row.state, row.reason, row.lease_until = Frame.State.DETECTED, reason, None
    row.save()
    transaction.on_commit(lambda: default_storage.delete(original))
    return True


def frames_doubted(reasons: Mapping[UUID, str]) -> None:
    """Keep why these detected frames count for nothing; their contributor and moderators see it."""
    for reason in set(reasons.values()):
        ids = [frame_id for frame_id, why in reasons.items() if why == reason]
        Frame.objects.filter(id__in=ids, state=Frame.State.DETECTED).update(reason=reason)


@transaction.atomic
def frame_rejected(*, frame_id: UUID, reason: str) -> bool:
    """Delete the original and keep the reason. False if the frame was finished before."""
    row = _waiting(frame_id)
    if row is None:
        return False
    original, row.original = row.original, ""
    row.state, row.reason, row.lease_until = Frame.State.REJECTED, reason, None
    row.save()
    transaction.on_commit(lambda: default_storage.delete(original))
    return True


def _waiting(frame_id: UUID) -> Frame | None:
    waiting = Frame.objects.filter(id=frame_id, state=Frame.State.RECEIVED)
    return waiting.select_for_update().first()
