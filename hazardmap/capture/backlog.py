"""Reads: what waits for a worker."""

from datetime import datetime, timedelta

from django.utils import timezone

from hazardmap.capture.models import Frame, Takedown
from hazardmap.capture.selectors import pictures_due


def oldest_received() -> datetime | None:
    """Since when the first frame waits that nobody has looked at; None where none does."""
    waiting = Frame.objects.filter(state=Frame.State.RECEIVED)
    # By id, which begins with the time: the index of what waits is in that order.
    return waiting.order_by("id").values_list("received_at", flat=True).first()


def oldest_picture_due(*, older_than: timedelta) -> datetime | None:
    """Since when a picture is there that came so long before; None where none is."""
    for id_ in pictures_due(older_than=older_than, limit=1):
        frame = Frame.objects.get(id=id_)
        return frame.picture_until or frame.received_at + older_than
    return None


def oldest_to_erase() -> datetime | None:
    """Since when the file of a picture that was taken down should be erased; None where none is."""
    due = Takedown.objects.filter(erase_at__lte=timezone.now(), erased_at=None)
    return due.order_by("erase_at").values_list("erase_at", flat=True).first()
