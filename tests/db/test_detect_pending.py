"""From a claimed frame to rows: each result is kept once, and every original goes.

The engine itself is a port of ours and is replaced here; the flow tests run the real one.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone

from detection.decode import Reason, Rejection
from detection.engine import Context, Detection, FrameResult
from detection.privacy import BlurReceipt
from detection.quality import Quality
from hazardmap.capture.models import Frame
from hazardmap.capture.selectors import stored_image
from hazardmap.core.box import Box
from hazardmap.inference import models
from hazardmap.inference.services import detect_pending, runs_take
from tests.capture_scene import driver, waiting_frame

pytestmark = pytest.mark.django_db(transaction=True)
COW = Detection("cow", 0.8, 0.1, 0.2, 0.3, 0.4)
CAR = Context("car", 0.9, 0.5, 0.5, 0.7, 0.8)
SEEN = FrameResult(
    model_version="m",
    detections=(COW, replace(COW, kind="dog", score=0.5)),
    context=(CAR,),
    blurred_jpeg=b"blurred",
    width_px=64,
    height_px=48,
    phash=2**64 - 1,
    quality=Quality(dark=True, usable=True, reason=None),
    receipt=BlurReceipt("faces", 0.2, "plates", 0.2, None, 0.2, ()),
)
Answer = FrameResult | Rejection
Say = Callable[[bytes], Answer]


class Engine:
    """Answers as it is told."""

    def __init__(self, say: Say) -> None:
        self._say = say

    def process(self, images: Sequence[bytes]) -> list[Answer]:
        return [self._say(image) for image in images]


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
