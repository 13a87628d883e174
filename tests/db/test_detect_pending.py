"""From a claimed frame to rows: each result is kept once, and every original goes.

The engine itself is a port of ours and is replaced here; the flow tests run the real one.
"""

import os
import signal
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone
from PIL import Image

from detection.decode import NotStarted, Reason, Rejection
from detection.engine import FrameResult
from detection.privacy import BlurReceipt, Private, Region
from detection.quality import Quality
from hazardmap.capture.blobs import stored_path
from hazardmap.capture.models import Frame
from hazardmap.capture.selectors import stored_image
from hazardmap.capture.services import frame_accept
from hazardmap.core.geometry.box import Box
from hazardmap.core.seeing.edge import EdgeDetection, EdgeReport
from hazardmap.inference import models
from hazardmap.inference.services import detect_pending, runs_take
from hazardmap.platform import stopping
from tests.capture_scene import driver, here, picture, waiting_frame
from tests.made_up_engine import COW, SEEN, Answer, Engine, Say

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def detect(monkeypatch):
    def run(say: Say) -> int:
        # The package has a function of the module's name.
        module = import_module("hazardmap.inference.services.detect_pending")
        monkeypatch.setattr(module, "engine", lambda **_: Engine(say))
        return detect_pending()

    return run


@pytest.fixture
def sent():
    owner, device = driver()
    return [waiting_frame(device, owner).frame_id for _ in range(6)]


def test_every_waiting_frame_gets_one_run_with_its_detections(sent, detect):
    assert detect(lambda image: SEEN) == 6
    assert detect(lambda image: SEEN) == 0
    assert set(models.DetectionRun.objects.values_list("frame_id", flat=True)) == set(sent)
    assert models.Detection.objects.count() == 12
    for frame in Frame.objects.all():
        assert (frame.state, frame.original, frame.phash) == ("detected", "", 2**63 - 1)
        assert stored_image(frame.id) == b"blurred"
    assert not any(default_storage.listdir(f"originals/{folder}")[1] for folder in folders())


def folders() -> list[str]:
    listed: list[str] = default_storage.listdir("originals")[0]
    return listed


def test_what_cannot_be_decoded_is_rejected_with_its_reason(sent, detect):
    bad = Frame.objects.get(id=sent[2])
    with default_storage.open(bad.original) as file:
        broken = file.read()
    truncated = Rejection(Reason.TRUNCATED, "cut off")
    assert detect(lambda image: truncated if image == broken else SEEN) == 6
    bad.refresh_from_db()
    assert (bad.state, bad.reason, bad.original) == ("rejected", "truncated", "")
    assert models.DetectionRun.objects.count() == 5


def test_a_lost_original_is_rejected_and_holds_up_nobody(sent, detect):
    default_storage.delete(Frame.objects.get(id=sent[0]).original)
    detect(lambda image: SEEN)
    states = dict(Frame.objects.values_list("id", "reason"))
    assert states == dict.fromkeys(sent, "") | {sent[0]: "original_lost"}


def test_a_frame_that_somebody_else_has_finished_is_not_kept_twice(sent, detect):
    def finished_meanwhile(image: bytes) -> Answer:
        Frame.objects.update(state="rejected", reason="truncated")
        return SEEN

    assert detect(finished_meanwhile) == 0
    assert not models.DetectionRun.objects.exists()
    assert not models.Detection.objects.exists()


def test_a_result_that_breaks_a_rule_leaves_nothing_half_written(sent, detect):
    outside = replace(SEEN, detections=(COW, replace(COW, right=1.5)))
    with pytest.raises(IntegrityError):
        detect(lambda image: outside)
    assert not models.DetectionRun.objects.exists()
    assert Frame.objects.filter(state="received").count() == 6
    assert all(default_storage.exists(frame.original) for frame in Frame.objects.all())


def test_a_full_disk_costs_no_frame(sent, detect):
    """/dev/full answers as a full disk does: ENOSPC at the first byte."""
    copies = [Path(default_storage.path(stored_path(frame_id))) for frame_id in sent]
    for copy in copies:
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.symlink_to("/dev/full")
    for _ in range(4):
        assert detect(lambda image: SEEN) == 0
        Frame.objects.filter(lease_until__lt=timezone.now() + timedelta(seconds=11)).update(
            lease_until=timezone.now() - timedelta(seconds=1)
        )
    assert set(Frame.objects.values_list("state", "attempts")) == {("received", 0)}
    assert all(default_storage.exists(frame.original) for frame in Frame.objects.all())
    for copy in copies:
        copy.unlink()
    assert detect(lambda image: SEEN) == 6


def test_a_decoder_that_cannot_begin_costs_no_frame(sent, detect):
    def short_of_memory(image: bytes) -> Answer:
        raise NotStarted

    for _ in range(4):
        assert detect(short_of_memory) == 0
        Frame.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert set(Frame.objects.values_list("state", "attempts")) == {("received", 0)}
    assert detect(lambda image: SEEN) == 6


def test_after_a_fault_of_ours_frames_wait_a_little(sent, detect):
    for frame in Frame.objects.all():  # a folder in the place of the file
        path = Path(default_storage.path(frame.original))
        path.unlink()
        path.mkdir()
    assert detect(lambda image: SEEN) == 0
    waits = [frame.lease_until - timezone.now() for frame in Frame.objects.filter(id__in=sent[:4])]
    assert all(timedelta(seconds=5) < wait <= timedelta(seconds=10) for wait in waits)


def test_a_database_that_goes_away_costs_no_frame(sent, detect):
    def cut(image: bytes) -> Answer:
        with suppress(OperationalError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return SEEN

    for _ in range(3):
        assert detect(cut) == 0
    assert detect(lambda image: SEEN) == 6


def test_a_detector_that_fails_on_a_picture_costs_an_attempt(sent, detect):
    def broken(image: bytes) -> Answer:
        raise BrokenPipeError

    with pytest.raises(RuntimeError):
        detect(broken)
    assert sorted(Frame.objects.values_list("attempts", flat=True)) == [0, 0, 1, 1, 1, 1]


def test_a_stop_gives_the_frames_back_at_once(sent, detect, monkeypatch):
    monkeypatch.setattr(stopping, "_told", False)
    before = signal.signal(signal.SIGTERM, stopping.stop)

    def told_to_stop(image: bytes) -> Answer:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(5)
        raise AssertionError

    try:
        assert detect(told_to_stop) == 0
    finally:
        signal.signal(signal.SIGTERM, before)
    assert detect(lambda image: SEEN) == 0, "who was told to stop begins nothing"
    assert set(Frame.objects.values_list("state", "attempts")) == {("received", 0)}
    monkeypatch.setattr(stopping, "_told", False)
    assert detect(lambda image: SEEN) == 6


def test_a_task_ends_though_frames_wait(sent, detect, monkeypatch):
    module = import_module("hazardmap.inference.services.detect_pending")
    monkeypatch.setattr(module, "LONGEST_S", 0.5)

    def slow(image: bytes) -> Answer:
        time.sleep(0.2)
        return SEEN

    assert detect(slow) == 4
    assert detect(slow) == 2


def test_hints_are_sent_once_a_second(monkeypatch):
    module = import_module("hazardmap.inference.services.detect_hint")
    sent: list[str] = []
    monkeypatch.setattr(module, "_next_at", 0.0)
    monkeypatch.setattr(module.current_app, "send_task", lambda name, **_: sent.append(name))
    clock = iter([1000.0, 1000.4, 1000.9, 1001.0, 1001.5])
    # Of this module alone: threads that wait for the database look at the clock, too.
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    for _ in range(5):
        module.detect_hint()
    assert len(sent) == 2


def test_runs_are_taken_once_and_again_after_a_rollback(sent, detect):
    detect(lambda image: SEEN)
    with transaction.atomic():
        assert len(runs_take(limit=10)) == 6
        transaction.set_rollback(True)
    with transaction.atomic():
        first = runs_take(limit=4)
    assert [run.frame_id for run in first] == sent[:4]
    assert (first[0].dark, first[0].usable) == (True, True)
    assert first[0].occluders == (Box(0.5, 0.5, 0.7, 0.8),)
    assert sorted(one.kind for one in first[0].detections) == ["cow", "dog"]
    with transaction.atomic():
        assert [run.frame_id for run in runs_take(limit=10)] == sent[4:]
    assert models.DetectionRun.objects.filter(fused_at__lte=timezone.now()).count() == 6


def test_the_receipt_says_what_was_blurred_with_what_and_when(sent, detect):
    face = Region(Private.FACE, 0.1, 0.1, 0.2, 0.2)
    detect(lambda image: replace(SEEN, receipt=BlurReceipt("f", 0.2, "p", 0.1, None, 0.2, (face,))))
    kept = models.DetectionRun.objects.all()[0].blur_receipt
    assert (kept["face_model"], kept["plate_model"]) == ("f", "p")
    assert kept["regions"] == [
        {"what": "face", "left": 0.1, "top": 0.1, "right": 0.2, "bottom": 0.2}
    ]
    age = datetime.now(UTC) - datetime.fromisoformat(kept["blurred_at"])
    assert timedelta(seconds=-1) < age < timedelta(minutes=5)


def test_the_gates_reason_reaches_the_contributor(sent, detect):
    detect(lambda image: replace(SEEN, quality=Quality(False, False, "indoor")))
    assert set(Frame.objects.values_list("state", "reason")) == {("detected", "indoor")}


def _from_the_edge(*, complete: bool) -> Frame:
    owner, device = driver("edgar")
    models.ModelVersion.objects.get_or_create(label="animals-1", sha256="0" * 64)
    report = EdgeReport(
        model="animals-1",
        crop=Box(0.5, 0.5, 1.0, 1.0),
        detections=(EdgeDetection("horse", 0.7, Box(0.6, 0.6, 0.7, 0.8)),),
        occluders=(Box(0.0, 0.5, 0.2, 0.9),),
        complete=complete,
    )
    accepted = frame_accept(
        account_id=owner.pk,
        device_id=device.device_id,
        image=picture(),
        metadata=here(hfov_deg=70),
        edge=report,
    )
    return Frame.objects.get(id=accepted.frame_id)


def _blurred_crop(image: bytes) -> FrameResult:
    """The engine's answer to a crop of 64 x 48 px: it is blurred red, and holds two animals."""
    file = BytesIO()
    Image.new("RGB", (64, 48), "red").save(file, "JPEG")
    face = Region(Private.FACE, 0.0, 0.0, 0.5, 0.5)
    return replace(
        SEEN, blurred_jpeg=file.getvalue(), receipt=replace(SEEN.receipt, regions=(face,))
    )


@pytest.mark.parametrize("complete", [True, False])
def test_a_devices_own_detections_take_the_same_path(detect, complete):
    frame = _from_the_edge(complete=complete)
    assert detect(_blurred_crop) == 1
    frame.refresh_from_db()
    assert (frame.state, frame.original, frame.width_px, frame.height_px) == (
        *("detected", "", 128, 96),
    )
    run = models.DetectionRun.objects.get()
    assert (run.source, run.model_version_id) == ("edge", "animals-1")
    [horse] = models.Detection.objects.all()
    assert (horse.kind, horse.left, horse.bottom) == ("horse", 0.6, 0.8)
    assert (run.usable, frame.reason) == ((True, "") if complete else (False, "edge_incomplete"))
    with transaction.atomic():
        [taken] = runs_take(limit=1)
    assert (taken.usable, taken.occluders) == (complete, (Box(0.0, 0.5, 0.2, 0.9),))


def test_what_is_kept_of_a_crop_is_our_blurred_copy_in_its_place(detect):
    frame = _from_the_edge(complete=True)
    detect(_blurred_crop)
    with Image.open(BytesIO(stored_image(frame.id) or b"")) as kept:
        assert [kept.getpixel(at) for at in ((30, 20), (30, 70))] == [(96, 96, 96)] * 2
        red, green, blue = kept.getpixel((100, 80))
    assert red > 200
    assert max(green, blue) < 60
    [region] = models.DetectionRun.objects.get().blur_receipt["regions"]
    assert (region["left"], region["top"], region["right"], region["bottom"]) == (
        *(0.5, 0.5, 0.75, 0.75),
    )


def test_a_crop_that_fails_the_gate_speaks_against_nothing_and_shows_nothing(detect):
    frame = _from_the_edge(complete=True)
    detect(lambda image: replace(_blurred_crop(image), quality=Quality(True, False, "too_dark")))
    frame.refresh_from_db()
    assert (frame.state, frame.reason) == ("detected", "too_dark")
    assert not models.DetectionRun.objects.get().usable
    assert not models.Detection.objects.exists()
