"""Detected frames as rows, without a detector: drives past known things, ready to be fused."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from django.contrib.gis.geos import Point
from django.utils import timezone

from hazardmap.accounts.models import Device, User
from hazardmap.capture.models import Frame
from hazardmap.core.fusion.hazard import Evidence, Hazard
from hazardmap.core.geometry.geodesy import between, moved
from hazardmap.core.ids import child_id, uuid7
from hazardmap.core.seeing.camera import DEFAULT_CAMERA, Camera
from hazardmap.hazards import checkpoint_models, mapping, models
from hazardmap.hazards.services import fuse_pending
from hazardmap.inference.models import Detection, DetectionRun, ModelVersion
from tests.scenes import HELSINKI, Place, Truth, box_of

STEP_M = 5.0
SIGHT_M = 55.0
CLOSE = 1e-9
FAR = (26.94, 61.17)
UNLIKE = 0x9E37_79B9_7F4A_7C15


def contributor(name: str) -> Device:
    """A device of an account of its own."""
    owner = User.objects.create_user(f"{name}@drivers.example")
    return device_of(owner, name)


def device_of(owner: User, name: str) -> Device:
    return Device.objects.create(
        owner=owner, name=name, kid=uuid4().hex[:16], secret_sha256=b"\0" * 32
    )


def minutes_ago(minutes: float) -> datetime:
    return timezone.now() - timedelta(minutes=minutes)


def drive(
    device: Device,
    at: datetime,
    *things: Truth,
    start: Place = HELSINKI,
    heading_deg: float = 0.0,
    frames: int = 12,
    tells_heading: bool = True,
    usable: bool = True,
    edge: bool = False,
    score: float = 0.8,
    camera: Camera = DEFAULT_CAMERA,
    received_at: datetime | None = None,
) -> list[UUID]:
    """Drive on in steps of 5 m and half a second, report what is in view; the frames' ids.

    received_at: when the first frame came, by default when it was taken.
    """
    made = []
    for index in range(frames):
        lon, lat, heading = moved(*start, heading_deg, STEP_M * index)
        frame = _frame(
            device,
            at + timedelta(seconds=index / 2),
            (received_at or at) + timedelta(seconds=index / 2),
            (lon, lat),
            heading % 360.0 if tells_heading else None,
        )
        seen = [thing for thing in things if usable]
        _run(
            frame,
            (lon, lat),
            heading,
            seen,
            usable=usable,
            edge=edge,
            score=score,
            camera=camera,
        )
        made.append(frame.id)
    return made


def offer_again(frame_ids: Iterable[UUID]) -> None:
    """Let these frames, and only these, wait for fusion."""
    DetectionRun.objects.update(fused_at=timezone.now())
    DetectionRun.objects.filter(frame_id__in=list(frame_ids)).update(fused_at=None)


def fuse_in_turn(batches: Iterable[Sequence[UUID]]) -> None:
    """Fuse these batches of frames one after the other."""
    for batch in batches:
        offer_again(batch)
        fuse_pending()


def forget_map() -> None:
    """Take everything off the map that was made from frames; events stay."""
    models.Hazard.objects.all().delete()
    models.View.objects.all().delete()
    checkpoint_models.Checkpoint.objects.all().delete()
    models.Look.objects.all().delete()


def hazards() -> list[Hazard]:
    """Every stored hazard, west to east."""
    found = [mapping.hazard_of(row) for row in models.Hazard.objects.all()]
    return sorted(found, key=lambda hazard: (hazard.lon, hazard.lat, hazard.first_seen))


def trail(hazard_id: UUID) -> list[Evidence]:
    found = models.Evidence.objects.filter(hazard_id=hazard_id).order_by("first_at", "pass_id")
    return [mapping.evidence_of(row) for row in found]


def everything() -> list[dict[str, Any]]:
    """The map without the ids of hazards, which depend on what came first."""
    return [
        asdict(hazard) | {"id": None, "trail": [asdict(item) for item in trail(hazard.id)]}
        for hazard in hazards()
    ]


def alike(one: Any, other: Any) -> bool:
    """Equal, numbers to 1e-9 of their size (or of 1)."""
    if isinstance(one, dict):
        return set(one) == set(other) and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, float):
        return math.isclose(one, other, rel_tol=CLOSE, abs_tol=CLOSE)
    return bool(one == other)


def events(hazard_id: UUID | None = None) -> list[str]:
    """What the feed says, oldest first."""
    found = models.HazardEvent.objects.order_by("cursor")
    if hazard_id is not None:
        found = found.filter(hazard_id=hazard_id)
    return list(found.values_list("change", flat=True))


def _frame(
    device: Device, at: datetime, received_at: datetime, place: Place, heading_deg: float | None
) -> Frame:
    frame_id = uuid7(received_at, sha256(f"{device.id} {at}".encode()).digest())
    return Frame.objects.create(
        id=frame_id,
        account_id=device.owner_id,
        device=device,
        sha256=sha256(frame_id.bytes).digest(),
        state=Frame.State.DETECTED,
        captured_at=at,
        position=Point(*place),
        accuracy_m=2.0,
        heading_deg=heading_deg,
        speed_mps=10.0,
        stored="blurred.jpg",
        width_px=1600,
        height_px=900,
    )


def _run(
    frame: Frame,
    place: Place,
    heading_deg: float,
    things: Sequence[Truth],
    *,
    usable: bool,
    edge: bool,
    score: float,
    camera: Camera,
) -> None:
    version, _ = ModelVersion.objects.get_or_create(label="test-model", sha256="0" * 64)
    run = DetectionRun.objects.create(
        id=child_id(frame.id, "run"),
        frame_id=frame.id,
        model_version=version,
        source=DetectionRun.Source.EDGE if edge else DetectionRun.Source.WORKER,
        dark=False,
        usable=usable,
        quality_reason="" if usable else "blurred",
        context=[],
        blur_receipt={},
    )
    for index, thing in enumerate(things):
        bearing_deg, range_m = between(*place, thing.lon, thing.lat)
        off_deg = (bearing_deg - heading_deg + 180.0) % 360.0 - 180.0
        if range_m > SIGHT_M or abs(off_deg) > 60.0:
            continue
        box = box_of(camera, off_deg, range_m, thing.kind)
        if box is not None:
            Detection.objects.create(
                id=child_id(run.id, str(index)),
                run_id=run.id,
                frame_id=frame.id,
                kind=thing.kind,
                score=score,
                **asdict(box),
            )


def show(frames: Sequence[UUID], *, alike: bool = False, bits: int = 0) -> None:
    """Give frames pictures: unlike each other, or hardly different; `bits` of each are changed."""
    for index, frame in enumerate(frames):
        picture = 0x0F0F_3333_5555_0FF0 ^ (1 << index) if alike else UNLIKE * (index + 1)
        changed = (picture ^ (1 << bits) - 1) % 2**64
        Frame.objects.filter(id=frame).update(phash=changed - 2**63)


def reasons(frames: Sequence[UUID]) -> list[str]:
    found = dict(Frame.objects.filter(id__in=frames).values_list("id", "reason"))
    return [found[frame] for frame in frames]
