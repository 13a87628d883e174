"""Reads: frames as values."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.utils import timezone

from hazardmap.accounts.models import Device
from hazardmap.capture.models import Frame, Takedown
from hazardmap.core.ids import uuid7
from hazardmap.platform.place_columns import LAT, LON

TRACK_WINDOW = timedelta(seconds=30)
HEARD_WITHIN = timedelta(hours=1)
DRIVE_OVER = timedelta(minutes=2)

Span = tuple[datetime, datetime]
_TOLD = """
    SELECT id FROM capture_frame
    WHERE device_id = device AND state = 'detected' AND provenance = 'camera'
        AND reason <> ALL(%s)
"""
_TRACKS = f"""
    SELECT near.id
    FROM unnest(%s::uuid[], %s::timestamptz[], %s::timestamptz[])
        AS wanted (device, low, high),
    LATERAL (
        ({_TOLD} AND captured_at < low ORDER BY captured_at DESC LIMIT 8)
        UNION ALL ({_TOLD} AND captured_at > high ORDER BY captured_at LIMIT 8)
        UNION ALL ({_TOLD} AND captured_at BETWEEN low AND high ORDER BY captured_at LIMIT 200)
    ) AS near
"""  # noqa: S608 - our own words


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
    phash: int | None


def frames_of(account_id: UUID, *, limit: int, before: UUID | None) -> list[FrameInfo]:
    """The account's frames, newest first. before: only those that came before this one."""
    frames = Frame.objects.filter(account_id=account_id)
    if before is not None:
        frames = frames.filter(id__lt=before)
    return [_info(row) for row in frames.order_by("-id")[:limit]]


def frame_info(frame_id: UUID, *, account_id: UUID) -> FrameInfo | None:
    """One frame of this account; None if there is none or it is somebody else's."""
    row = Frame.objects.filter(id=frame_id, account_id=account_id).first()
    return None if row is None else _info(row)


def frame_owner(frame_id: UUID) -> UUID | None:
    return Frame.objects.filter(id=frame_id).values_list("account_id", flat=True).first()


def last_taken(device_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """When each of these devices took its latest frame, of those that have any."""
    latest = Frame.objects.filter(device_id=OuterRef("id")).order_by("-captured_at")
    devices = Device.objects.filter(id__in=device_ids).annotate(
        last=Subquery(latest.values("captured_at")[:1])
    )
    return dict(devices.exclude(last=None).values_list("id", "last"))


def every_frame_of(account_id: UUID) -> Iterator[dict[str, Any]]:
    """All that is kept of an account's frames, one by one, oldest first, without the pictures."""
    frames = Frame.objects.filter(account_id=account_id).order_by("id")
    yield from frames.values(
        *("id", "device_id", "state", "reason", "received_at", "captured_at", "accuracy_m"),
        *("heading_deg", "speed_mps", "hfov_deg", "provenance", "edge", "stored"),
        *("width_px", "height_px", "phash", "sha256"),
        lon=LON,
        lat=LAT,
    ).iterator(chunk_size=1000)


def takedowns_kept(frame_ids: Collection[UUID]) -> dict[UUID, Mapping[str, Any]]:
    """By frame: since when its picture is hidden, and when it was erased."""
    rows = Takedown.objects.filter(frame__in=frame_ids)
    return {row["frame_id"]: row for row in rows.values()}


def frame_ids_of(account_id: UUID, *, limit: int) -> list[UUID]:
    """Some frames of an account, in order."""
    frames = Frame.objects.filter(account_id=account_id).order_by("id")
    return list(frames.values_list("id", flat=True)[:limit])


def with_picture(frame_ids: Iterable[UUID], *, hidden: bool = False) -> set[UUID]:
    """Those of these frames whose blurred picture is kept: its owner may have deleted it.

    hidden: also those that only moderators may see.
    """
    frames = Frame.objects.filter(id__in=list(frame_ids)).exclude(stored="")
    if not hidden:
        frames = frames.exclude(id__in=Takedown.objects.values("frame_id"))
    return set(frames.values_list("id", flat=True))


def pictures_due(*, older_than: timedelta, limit: int) -> list[UUID]:
    """Frames that came so long ago, whose picture is kept and not prolonged; the oldest first.

    Those that were prolonged come last, longest over first: they are likely to be so again, and the
    others must not wait for them.
    """
    now = timezone.now()
    frames = Frame.objects.filter(
        state=Frame.State.DETECTED, id__lt=uuid7(now - older_than, bytes(10))
    ).exclude(stored="")
    due = [
        frames.filter(picture_until=None).order_by("id"),
        frames.filter(picture_until__lt=now).order_by("picture_until"),
    ]
    found = list[UUID]()
    for part in due:
        if len(found) < limit:
            found += part.values_list("id", flat=True)[: limit - len(found)]
    return found


def stored_image(frame_id: UUID) -> bytes | None:
    """The blurred JPEG; None while there is none."""
    path = Frame.objects.filter(id=frame_id).values_list("stored", flat=True).first()
    if not path or not default_storage.exists(path):
        return None
    with default_storage.open(path) as file:
        return bytes(file.read())


@dataclass(frozen=True, slots=True)
class Hidden:
    """A picture that only moderators see. erase_at: None while its removal is not decided."""

    since: datetime
    erase_at: datetime | None
    erased_at: datetime | None


def hidden_picture(frame_id: UUID) -> Hidden | None:
    """None where the picture is hidden from nobody."""
    found = Takedown.objects.filter(frame_id=frame_id).first()
    return None if found is None else Hidden(found.hidden_at, found.erase_at, found.erased_at)


def poses(frame_ids: Iterable[UUID]) -> dict[UUID, FramePose]:
    return {pose.id: pose for pose in _poses(Frame.objects.filter(id__in=list(frame_ids)))}


def track_around(device_id: UUID, at: datetime) -> list[FramePose]:
    """The device's frames half a minute before and after, in order of time."""
    return track_between(device_id, at - TRACK_WINDOW, at + TRACK_WINDOW)


def track_between(device_id: UUID, begin: datetime, end: datetime) -> list[FramePose]:
    """The device's frames from one time to another, in order of time."""
    rows = Frame.objects.filter(device_id=device_id, captured_at__range=(begin, end))
    return _poses(rows.order_by("captured_at", "id"))


def tracks_around(spans: Mapping[UUID, Span], *, without: Collection[str]) -> list[FramePose]:
    """For each device its detected frames within a span of time, and the next few on both sides.

    without: reasons of frames that are left out.
    """
    lows, highs = [low for low, _ in spans.values()], [high for _, high in spans.values()]
    near = RawSQL(_TRACKS, (list(spans), lows, highs, *[list(without)] * 3))  # noqa: S611 - ours
    return _poses(Frame.objects.filter(id__in=near))


def devices_back(now: datetime) -> list[UUID]:
    """Devices that sent frames within the last hour, none of which was taken just now."""
    recent = Frame.objects.filter(id__gte=uuid7(now - HEARD_WITHIN, bytes(10)))
    last = recent.values("device_id").annotate(last=Max("captured_at")).order_by("device_id")
    return list(last.filter(last__lt=now - DRIVE_OVER).values_list("device_id", flat=True))


def frames_between(device_id: UUID, after: datetime, upto: datetime) -> list[UUID]:
    """The device's frames captured after one time and up to another, in order of time."""
    frames = Frame.objects.filter(device_id=device_id, captured_at__gt=after, captured_at__lte=upto)
    return list(frames.order_by("captured_at", "id").values_list("id", flat=True))


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
    columns = rows.values_list(
        *("id", "account_id", "device_id", "captured_at", LON, LAT, "accuracy_m", "heading_deg"),
        *("speed_mps", "hfov_deg", "provenance", "width_px", "height_px", "phash"),
    )
    return [FramePose(*row) for row in columns]
