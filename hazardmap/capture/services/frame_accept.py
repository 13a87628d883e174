"""Take in one frame: check it by its header, keep the bytes, write the row that is its receipt."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from uuid import UUID

from django.conf import settings
from django.contrib.gis.geos import Point
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone
from PIL import Image

from hazardmap.capture.blobs import original_path
from hazardmap.capture.models import Frame
from hazardmap.capture.services.waiting_room import NoRoom, waiting_room_check
from hazardmap.core.seeing.edge import EdgeReport, as_json
from hazardmap.core.seeing.georeference import Fault, Place, checked, read_metadata
from hazardmap.core.seeing.lost import LOST
from hazardmap.footage.exif import read_georeference
from hazardmap.platform.disk import NO_ROOM
from hazardmap.platform.ids import new_id

MAX_BYTES = 20_000_000
MAX_CROP_BYTES = 2_000_000
MAX_PIXELS = 50_000_000
TOO_MANY_PIXELS = "has more than 50 megapixels"
FORMATS = ("JPEG", "PNG", "WEBP")


@dataclass(frozen=True, slots=True)
class Accepted:
    """`repeated`: the account had sent these bytes before; `frame_id` is that first frame's."""

    frame_id: UUID
    state: str
    repeated: bool


class FrameRefused(Exception):
    """Nothing was stored; `faults` name each field and rule."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{fault.field}: {fault.rule}" for fault in faults))
        self.faults = faults


def frame_accept(
    *,
    account_id: UUID,
    device_id: UUID,
    image: bytes,
    metadata: Mapping[str, object],
    edge: EdgeReport | None = None,
) -> Accepted:
    """Store a frame for detection. Safe to call twice.

    Raises FrameRefused; TooManyWaiting and NoRoom where it may be sent again later.
    edge: what the device's own detector saw; `image` is then its crop.
    """
    digest = _digest(image, metadata, edge)
    before = _before(account_id, digest)
    if before is not None and not _is_lost(before):
        return Accepted(before.id, before.state, repeated=True)
    place = _read(image, metadata)
    if edge is not None:
        _check_edge(edge, image, place)
    waiting_room_check(account_id=account_id, size_bytes=len(image))
    frame = _row(account_id, device_id, digest, place)
    frame.edge = None if edge is None else as_json(edge)
    frame.original_bytes = len(image)
    _save(frame.original, image)
    try:
        with transaction.atomic():
            if before is not None:  # its id says when it came, and what is old is swept away
                Frame.objects.filter(id=before.id).delete()
            frame.save(force_insert=True)
    except IntegrityError:
        default_storage.delete(frame.original)
        first = _before(account_id, digest)
        if first is None:
            raise
        return Accepted(first.id, first.state, repeated=True)
    return Accepted(frame.id, frame.state, repeated=False)


def _save(path: str, image: bytes) -> None:
    try:
        default_storage.save(path, ContentFile(image))
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        default_storage.delete(path)  # half a file
        raise NoRoom from error


def _digest(image: bytes, metadata: Mapping[str, object], edge: EdgeReport | None) -> bytes:
    """What makes a frame the same frame: its picture; from the edge, all that was said of it."""
    digest = sha256(image)
    if edge is not None:  # two frames of an empty road may have the same crop of it
        digest.update(json.dumps([metadata, as_json(edge)], sort_keys=True).encode())
    return digest.digest()


def _check_edge(edge: EdgeReport, image: bytes, place: Place) -> None:
    faults = []
    if len(image) > MAX_CROP_BYTES:
        faults.append(Fault("image", "is larger than 2 MB, the limit for crops"))
    if edge.complete and place.hfov_deg is None:
        rule = "needs hfov_deg: without it nobody knows what the frame would have shown"
        faults.append(Fault("edge/complete", rule))
    if faults:
        raise FrameRefused(faults)


def _before(account_id: UUID, digest: bytes) -> Frame | None:
    """The account's frame of these bytes, if it has sent them before."""
    sent = Frame.objects.filter(account_id=account_id, sha256=digest)
    return sent.only("id", "state", "reason").first()


def _is_lost(frame: Frame) -> bool:
    return frame.state == Frame.State.REJECTED and frame.reason in LOST


def _read(image: bytes, metadata: Mapping[str, object]) -> Place:
    said, faults = read_metadata(metadata)
    if len(image) > MAX_BYTES:
        faults.append(Fault("image", "is larger than 20 MB"))
        raise FrameRefused(faults)
    picture = _open(image)
    if isinstance(picture, Fault):
        raise FrameRefused([*faults, picture])
    if faults:
        raise FrameRefused(faults)
    place = checked(
        said.over(read_georeference(picture)),
        now=timezone.now(),
        max_age=timedelta(days=settings.FRAME_MAX_AGE_DAYS),
    )
    if isinstance(place, list):
        raise FrameRefused(place)
    return place


def _open(image: bytes) -> Image.Image | Fault:
    """Header and dimensions only; the pixels are decoded in the worker's sandbox."""
    try:
        picture = Image.open(BytesIO(image), formats=FORMATS)
    except Image.DecompressionBombError:
        return Fault("image", TOO_MANY_PIXELS)
    except Exception:  # whatever Pillow may raise about bytes of a stranger
        return Fault("image", "is not a JPEG, PNG or WebP picture")
    width, height = picture.size
    if width * height > MAX_PIXELS:
        return Fault("image", TOO_MANY_PIXELS)
    return picture


def _row(account_id: UUID, device_id: UUID, digest: bytes, place: Place) -> Frame:
    frame_id = new_id()
    return Frame(
        id=frame_id,
        account_id=account_id,
        device_id=device_id,
        sha256=digest,
        captured_at=place.captured_at,
        position=Point(place.lon, place.lat),
        accuracy_m=place.accuracy_m,
        heading_deg=place.heading_deg,
        speed_mps=place.speed_mps,
        hfov_deg=place.hfov_deg,
        provenance=place.provenance,
        original=original_path(frame_id, digest),
    )
