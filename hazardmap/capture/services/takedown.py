"""Pictures that are taken off the site: hidden at once, erased when that is settled."""

from datetime import timedelta
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from hazardmap.capture.models import Frame, Takedown

ERASED_AFTER = timedelta(days=7)
"""So long a moderator can change his mind."""
ERASED_AT_ONCE = 500


class AlreadyErased(Exception):
    """The file is gone: it cannot be shown again."""


@transaction.atomic
def picture_hide(*, frame_id: UUID) -> None:
    """Show the picture to moderators only. Doing it twice changes nothing, and neither does doing
    it to a frame that was deleted: its picture is gone.
    """
    if _lasts(frame_id):
        Takedown.objects.get_or_create(frame_id=frame_id)


@transaction.atomic
def picture_remove(*, frame_id: UUID) -> None:
    """Hide the picture for good and have its file deleted in a week, if there is one."""
    picture_hide(frame_id=frame_id)
    due = Takedown.objects.filter(frame_id=frame_id, erase_at=None)
    due.update(erase_at=timezone.now() + ERASED_AFTER)


@transaction.atomic
def picture_keep(*, frame_id: UUID) -> None:
    """Undo the removal, if any, but go on hiding the picture. Raises AlreadyErased."""
    found = Takedown.objects.select_for_update().filter(frame_id=frame_id).first()
    if found is None:
        return
    if found.erased_at is not None:
        raise AlreadyErased
    Takedown.objects.filter(frame_id=frame_id).update(erase_at=None)


@transaction.atomic
def picture_show(*, frame_id: UUID) -> None:
    """Show the picture again. Raises AlreadyErased."""
    picture_keep(frame_id=frame_id)
    Takedown.objects.filter(frame_id=frame_id).delete()


def pictures_erase() -> int:
    """Delete the files whose time has come; return how many."""
    due = Takedown.objects.filter(erase_at__lte=timezone.now(), erased_at=None)
    ids = list(due.order_by("erase_at").values_list("frame_id", flat=True)[:ERASED_AT_ONCE])
    for frame_id in ids:
        with transaction.atomic():
            row = due.select_for_update().filter(frame_id=frame_id).first()
            if row is None:
                continue  # the decision was undone meanwhile
            path = Frame.objects.values_list("stored", flat=True).get(id=frame_id)
            if path:
                default_storage.delete(path)
            row.erased_at = timezone.now()
            row.save(update_fields=["erased_at"])
    return len(ids)


def _lasts(frame_id: UUID) -> bool:
    """Whether there is such a frame, which then stays until the transaction ends."""
    rows = Frame.objects.select_for_update(no_key=True).filter(id=frame_id)
    return rows.values_list("id").first() is not None
