"""Things on a road for the tests of moderation: frames with detections, fused by the real map."""

from dataclasses import asdict
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from io import BytesIO
from uuid import UUID

from django.contrib.gis.geos import Point
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from hazardmap.accounts.models import Device, User
from hazardmap.accounts.services import device_create
from hazardmap.capture.blobs import stored_path
from hazardmap.capture.models import Frame
from hazardmap.core.ids import child_id, uuid7
from hazardmap.core.seeing.camera import DEFAULT_CAMERA
from hazardmap.hazards.models import Hazard
from hazardmap.hazards.services import fuse_pending
from hazardmap.inference.models import Detection, DetectionRun, ModelVersion
from tests.scenes import box_of
from tests.stack import wait_for

METRES_PER_DEGREE = 111_195.0
RANGES_M = (30.0, 24.0, 18.0)


def contributor(name: str) -> Device:
    owner = User.objects.create_user(f"{name}@drivers.example", "a long enough password")
    return Device.objects.get(id=device_create(owner=owner, name=name).device_id)


@cache
def grey_jpeg() -> bytes:
    file = BytesIO()
    Image.new("RGB", (320, 180), "grey").save(file, "JPEG")
    return file.getvalue()


def drive_by(
    device: Device,
    kind: str,
    place: tuple[float, float],
    at: datetime,
    *,
    score: float = 0.8,
) -> None:
    """A device drives north towards a thing at `place` (lon, lat) and reports it three times."""
    for index, range_m in enumerate(RANGES_M):
        frame = _frame(device, place, range_m, at + timedelta(seconds=index))
        _detect(frame, kind, range_m, score)


def hazard_at(kind: str, place: tuple[float, float], at: datetime, witnesses: int = 2) -> UUID:
    """A fused hazard that this many new contributors have reported; its id."""
    before = set(Hazard.objects.values_list("id", flat=True))
    for number in range(witnesses):
        device = contributor(f"{kind}{number}-{place[0]:.4f}")
        drive_by(device, kind, place, at + timedelta(minutes=number))
    fuse_pending()
    # Where a whole site runs, its own worker may have taken these frames and not be done yet.
    wait_for("fusion", lambda: not DetectionRun.objects.filter(fused_at=None), timeout_s=20)
    (new,) = set(Hazard.objects.values_list("id", flat=True)) - before
    return new


def three_hazards() -> list[UUID]:
    """Most urgent first: an unconfirmed cow, a published dog, a published cone."""
    at = timezone.now() - timedelta(minutes=3)
    return [
        hazard_at("cow", (24.90, 60.17), at, witnesses=1),
        hazard_at("dog", (24.92, 60.17), at),
        hazard_at("cone", (24.94, 60.17), at),
    ]


def _frame(device: Device, place: tuple[float, float], range_m: float, at: datetime) -> Frame:
    frame_id = uuid7(at, sha256(f"{device.id} {at} {range_m}".encode()).digest())
    stored = default_storage.save(stored_path(frame_id), ContentFile(grey_jpeg()))
    return Frame.objects.create(
        id=frame_id,
        account=device.owner,
        device=device,
        sha256=sha256(frame_id.bytes).digest(),
        state=Frame.State.DETECTED,
        captured_at=at,
        position=Point(place[0], place[1] - range_m / METRES_PER_DEGREE),
        accuracy_m=2.0,
        heading_deg=0.0,
        speed_mps=6.0,
        provenance=Frame.Provenance.POSITION_SIMULATED,
        stored=stored,
        width_px=1600,
        height_px=900,
    )


def _detect(frame: Frame, kind: str, range_m: float, score: float) -> None:
    version, _ = ModelVersion.objects.get_or_create(label="test-model", sha256="0" * 64)
    run = DetectionRun.objects.create(
        id=child_id(frame.id, "run"),
        frame_id=frame.id,
        model_version=version,
        dark=False,
        usable=True,
        context=[],
        blur_receipt={},
    )
    box = box_of(DEFAULT_CAMERA, 0.0, range_m, kind)
    assert box is not None
    Detection.objects.create(
        id=child_id(run.id, "0"),
        run_id=run.id,
        frame_id=frame.id,
        kind=kind,
        score=score,
        **asdict(box),
    )
