"""How much may wait for detection: of one account, and of all on this disk."""

from typing import Final
from uuid import UUID

from django.db.models import Count, Sum

from hazardmap.capture.blobs import free_bytes
from hazardmap.capture.models import Frame
from hazardmap.platform.disk import SPARE_BYTES

MAX_WAITING: Final = 2_000
MAX_WAITING_BYTES: Final = 1_000_000_000


class TooManyWaiting(Exception):
    """The account's frames come faster than they are looked at; the message names the rule."""


class NoRoom(Exception):
    """The disk takes no more frames for now."""


def waiting_room_check(*, account_id: UUID, size_bytes: int) -> None:
    """Raises NoRoom or TooManyWaiting where a frame of this size has no place.

    Frames that are sent at the same moment are not counted against each other.
    """
    if free_bytes() - size_bytes < SPARE_BYTES:
        raise NoRoom
    waiting = Frame.objects.filter(account_id=account_id, state=Frame.State.RECEIVED)
    of_account = waiting.aggregate(frames=Count("id"), size_bytes=Sum("original_bytes", default=0))
    if of_account["frames"] >= MAX_WAITING:
        raise TooManyWaiting(f"At most {MAX_WAITING:,} frames of one account wait for detection.")
    if of_account["size_bytes"] + size_bytes > MAX_WAITING_BYTES:
        raise TooManyWaiting(
            f"At most {MAX_WAITING_BYTES // 1_000_000:,} MB of one account wait for detection."
        )
