"""Detected frames as rows, in bulk: cars that pass stretches of street with things on them."""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import uuid4

from django.contrib.gis.geos import Point

from hazardmap.accounts.models import Device, User
from hazardmap.capture.models import Frame
from hazardmap.core.geometry.geodesy import between, moved
from hazardmap.core.ids import child_id, uuid7
from hazardmap.core.seeing.camera import DEFAULT_CAMERA
from hazardmap.inference.models import Detection, DetectionRun, ModelVersion
from tests.scenes import Place, Truth, box_of

FRAMES = 10
STEP_M = 4.0
_THINGS = (("cone", 42.0, 3.0), ("cone", 49.0, 3.4), ("barrier", 57.0, -3.2))

Rows = tuple[Frame, DetectionRun, list[Detection]]


def devices(count: int) -> list[Device]:
    """Each of an account of its own."""
    tag = uuid4().hex[:8]
    users = User.objects.bulk_create(
        User(email=f"{tag}-{number}@drivers.example") for number in range(count)
    )
    return Device.objects.bulk_create(
        Device(owner=user, name="phone", kid=uuid4().hex[:16], secret_sha256=b"\0" * 32)
        for user in users
    )


def stretch(start: Place) -> list[Truth]:
    """Three things in the view of a car that sets out northwards at `start`."""
    found = []
    for kind, ahead_m, right_m in _THINGS:
        lon, lat, bearing_deg = moved(*start, 0.0, ahead_m)
        lon, lat, _ = moved(lon, lat, bearing_deg + 90.0, right_m)
        found.append(Truth(kind, lon, lat))
    return found


def put(passes: Sequence[tuple[Device, datetime, Place]]) -> int:
    """Store these passes as detected frames that wait for fusion; the number of detections."""
    version, _ = ModelVersion.objects.get_or_create(label="bench", sha256="0" * 64)
    rows = list(itertools.chain.from_iterable(_frames(version, *one) for one in passes))
    Frame.objects.bulk_create([frame for frame, _, _ in rows], batch_size=2000)
    DetectionRun.objects.bulk_create([run for _, run, _ in rows], batch_size=2000)
    boxes = [box for _, _, found in rows for box in found]
    Detection.objects.bulk_create(boxes, batch_size=5000)
    return len(boxes)


def _frames(version: ModelVersion, device: Device, at: datetime, start: Place) -> Iterator[Rows]:
    """The receiver is off by a few metres, another way for each pass."""
    seed = sha256(f"{device.id} {at}".encode()).digest()
    off_m = 1.0 + seed[0] / 64.0, seed[1] / 256.0 * 360.0
    for index in range(FRAMES):
        lon, lat, heading_deg = moved(*start, 0.0, STEP_M * index)
        shown = moved(lon, lat, off_m[1], off_m[0])[:2]
        taken_at = at + timedelta(seconds=index / 2)
        frame = Frame(
            id=uuid7(taken_at, sha256(seed + bytes([index])).digest()),
            account_id=device.owner_id,
            device=device,
            sha256=sha256(seed + bytes([index])).digest(),
            state=Frame.State.DETECTED,
            captured_at=taken_at,
            position=Point(*shown),
            accuracy_m=3.0,
            heading_deg=heading_deg % 360.0,
            speed_mps=8.0,
            stored="blurred.jpg",
            width_px=1600,
            height_px=900,
            phash=int.from_bytes(sha256(seed + bytes([index])).digest()[:8], signed=True),
        )
        run = DetectionRun(
            id=child_id(frame.id, "run"),
            frame_id=frame.id,
            model_version=version,
            dark=False,
            usable=True,
            context=[],
            blur_receipt={},
        )
        yield frame, run, list(_boxes(run, (lon, lat), heading_deg, stretch(start)))


def _boxes(
    run: DetectionRun, place: Place, heading_deg: float, things: Sequence[Truth]
) -> Iterator[Detection]:
    for number, thing in enumerate(things):
        bearing_deg, range_m = between(*place, thing.lon, thing.lat)
        off_deg = math.remainder(bearing_deg - heading_deg, 360.0)
        box = box_of(DEFAULT_CAMERA, off_deg, range_m, thing.kind)
        if box is not None and range_m < 60.0:
            yield Detection(
                id=child_id(run.id, str(number)),
                run_id=run.id,
                frame_id=run.frame_id,
                kind=thing.kind,
                score=0.8,
                **asdict(box),
            )
