"""Reads: frames as values."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.gis.db.models import GeometryField
from django.core.files.storage import default_storage
from django.db.models import FloatField, Func, QuerySet
from django.db.models.functions import Cast

from hazardmap.capture.models import Frame

TRACK_WINDOW = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class FrameInfo:
    """A frame as its contributor sees it."""

    id: UUID
    state: str
    reason: str
    captured_at: datetime
    received_at: datetime
    provenance: str
    has_image: bool


@dataclass(frozen=True, slots=True)
class FramePose:
    """Where, when and how a frame was taken, as it was received."""

    id: UUID
    account_id: UUID
    device_id: UUID
    captured_at: datetime
    lon: float
    lat: float
    accuracy_m: float
    heading_deg: float | None
    speed_mps: float | None
    hfov_deg: float | None
    provenance: str
    width_px: int | None
    height_px: int | None


def frames_of(account_id: UUID, *, limit: int) -> list[FrameInfo]:
    """The account's frames, newest first."""
    return [
        _info(row) for row in Frame.objects.filter(account_id=account_id).order_by("-id")[:limit]
    ]


def frame_info(frame_id: UUID, *, account_id: UUID) -> FrameInfo | None:
    """One frame of this account; None if there is none or it is somebody else's."""
    row = Frame.objects.filter(id=frame_id, account_id=account_id).first()
    return None if row is None else _info(row)


def frame_owner(frame_id: UUID) -> UUID | None:
    return Frame.objects.filter(id=frame_id).values_list("account_id", flat=True).first()


def stored_image(frame_id: UUID) -> bytes | None:
    """The blurred JPEG; None while there is none."""
    path = Frame.objects.filter(id=frame_id).values_list("stored", flat=True).first()
    if not path or not default_storage.exists(path):
        return None
    with default_storage.open(path) as file:
        return bytes(file.read())


def poses(frame_ids: Iterable[UUID]) -> dict[UUID, FramePose]:
    return {pose.id: pose for pose in _poses(Frame.objects.filter(id__in=list(frame_ids)))}


def track_around(device_id: UUID, at: datetime) -> list[FramePose]:
    """The device's frames half a minute before and after, in order of time."""
    rows = Frame.objects.filter(
        device_id=device_id, captured_at__range=(at - TRACK_WINDOW, at + TRACK_WINDOW)
    )
    return _poses(rows.order_by("captured_at", "id"))


def _info(row: Frame) -> FrameInfo:
    return FrameInfo(
        row.id,
        row.state,
        row.reason,
        row.captured_at,
        row.received_at,
        row.provenance,
        bool(row.stored),
    )


def _poses(rows: QuerySet[Frame]) -> list[FramePose]:
    """Columns: the map asks for every frame, and model instances take three times as long."""
    flat = Cast("position", GeometryField())
    lon = Func(flat, function="ST_X", output_field=FloatField())
    lat = Func(flat, function="ST_Y", output_field=FloatField())
    columns = rows.values_list(
        *("id", "account_id", "device_id", "captured_at", lon, lat, "accuracy_m", "heading_deg"),
        *("speed_mps", "hfov_deg", "provenance", "width_px", "height_px"),
    )
    return [FramePose(*row) for row in columns]
