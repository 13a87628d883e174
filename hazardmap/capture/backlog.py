"""Reads: what waits for a worker."""

from datetime import datetime

from hazardmap.capture.models import Frame


def oldest_received() -> datetime | None:
    """Since when the first frame waits that nobody has looked at; None where none does."""
    waiting = Frame.objects.filter(state=Frame.State.RECEIVED)
    # By id, which begins with the time: the index of what waits is in that order.
    return waiting.order_by("id").values_list("received_at", flat=True).first()
