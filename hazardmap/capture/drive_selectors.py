"""Reads: the drives of an account, each the frames of one device without a longer pause."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from hazardmap.capture.models import Frame
from hazardmap.core.derived.drive_ends import STOP
from hazardmap.platform.rows_read import rows_read

NEWEST: Final = 50_000
"""Of more frames the older ones make no drives here; what is deleted makes room for them."""
_DRIVES: Final = """
    WITH newest AS (
        SELECT id, device_id, captured_at, stored <> '' OR state = 'received' AS has_picture
        FROM capture_frame WHERE account_id = %(account)s ORDER BY id DESC LIMIT %(newest)s
    ), begun AS (
        SELECT *, (captured_at - lag(captured_at) OVER track > %(pause)s) IS NOT FALSE AS begins
        FROM newest WINDOW track AS (PARTITION BY device_id ORDER BY captured_at)
    ), numbered AS (
        SELECT *, count(*) FILTER (WHERE begins)
            OVER (PARTITION BY device_id ORDER BY captured_at) AS number
        FROM begun
    )
    SELECT device_id, min(captured_at), max(captured_at), count(*) FILTER (WHERE has_picture),
        (array_agg(id ORDER BY id DESC))[1]
    FROM numbered GROUP BY device_id, number HAVING bool_or(has_picture)
    ORDER BY max(captured_at) DESC LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class DriveInfo:
    """pictures: kept, or about to be. newest: the frame of it that came last."""

    device_id: UUID
    begin: datetime
    end: datetime
    pictures: int
    newest: UUID


def drives_of(account_id: UUID, *, limit: int) -> list[DriveInfo]:
    """The account's latest drives of which a picture is kept or awaited, latest first."""
    asked = {"account": account_id, "newest": NEWEST, "pause": STOP, "limit": limit}
    return [DriveInfo(*row) for row in rows_read(_DRIVES, asked)]


def frame_ids_of_drive(
    *, account_id: UUID, device_id: UUID, begin: datetime, end: datetime
) -> list[UUID]:
    """The frames that the account's device took from one time to another, in order of time."""
    frames = Frame.objects.filter(
        account_id=account_id, device_id=device_id, captured_at__range=(begin, end)
    )
    return list(frames.order_by("captured_at", "id").values_list("id", flat=True)[:NEWEST])
