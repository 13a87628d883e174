"""The end of a frame: once, and its original goes only when the end is committed."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, connections, transaction

from hazardmap.capture.models import Frame
from hazardmap.capture.selectors import stored_image
from hazardmap.capture.services import frame_detected, frame_rejected, originals_sweep
from tests.capture_scene import driver, waiting_frame

pytestmark = pytest.mark.django_db(transaction=True)


def detected(frame_id: UUID, blurred: bytes = b"blurred") -> bool:
    return frame_detected(
        frame_id=frame_id, blurred_jpeg=blurred, width_px=64, height_px=48, phash=-(2**63)
    )


@pytest.fixture
def frame():
    owner, device = driver()
    return Frame.objects.get(id=waiting_frame(device, owner).frame_id)


def test_a_detected_frame_keeps_only_its_blurred_copy(frame):
    assert stored_image(frame.id) is None
    assert detected(frame.id)
    original = frame.original
    frame.refresh_from_db()
    assert (frame.state, frame.original, frame.lease_until) == ("detected", "", None)
    assert stored_image(frame.id) == b"blurred"
    assert not default_storage.exists(original)


def test_finishing_again_changes_nothing(frame):
    assert detected(frame.id, b"first")
    assert not detected(frame.id, b"second")
    assert not frame_rejected(frame_id=frame.id, reason="truncated")
    frame.refresh_from_db()
    assert (frame.state, frame.reason) == ("detected", "")
    assert stored_image(frame.id) == b"first"
    assert not detected(uuid4())


def test_a_rejected_frame_stays_rejected(frame):
    assert frame_rejected(frame_id=frame.id, reason="truncated")
    assert not detected(frame.id)
    original = frame.original
    frame.refresh_from_db()
    assert (frame.state, frame.reason, frame.stored) == ("rejected", "truncated", "")
    assert not default_storage.exists(original)


def test_the_original_stays_where_the_end_is_rolled_back(frame):
    with transaction.atomic():
        assert detected(frame.id)
        assert default_storage.exists(frame.original), "not before the commit"
        transaction.set_rollback(True)
    assert default_storage.exists(frame.original)
    frame.refresh_from_db()
    assert frame.state == "received"
    assert detected(frame.id), "and it can be finished later"


def test_two_workers_at_once_finish_a_frame_once(frame):
    ready = Barrier(4)

    def finish(number: int) -> bool:
        try:
            ready.wait(10)
            if number % 2:
                return detected(frame.id)
            return frame_rejected(frame_id=frame.id, reason="truncated")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(finish, range(4))) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "lost"},
        {"state": "rejected", "reason": ""},
        {"state": "detected", "stored": "x.jpg"},
        {"state": "detected", "original": "", "stored": ""},
        {"accuracy_m": 0},
        {"heading_deg": 360},
        {"heading_deg": float("nan")},
        {"speed_mps": -1},
        {"provenance": "satellite"},
    ],
)
def test_the_database_refuses_what_cannot_be(frame, wrong):
    with pytest.raises(IntegrityError):
        Frame.objects.filter(id=frame.id).update(**wrong)


def test_a_worker_killed_after_its_commit_leaves_the_original_to_the_sweep(frame):
    """The row says that there is none; the file is deleted once it is ten minutes old."""
    Frame.objects.filter(id=frame.id).update(state="rejected", reason="truncated", original="")
    assert originals_sweep() == 0
    assert default_storage.exists(frame.original)
