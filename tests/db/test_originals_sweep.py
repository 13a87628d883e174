"""No original outlives a day, whatever became of its frame."""

import logging
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from hazardmap.capture.blobs import original_path
from hazardmap.capture.models import Frame
from hazardmap.capture.services import originals_sweep
from hazardmap.core.ids import uuid7
from tests.capture_scene import driver, waiting_frame

pytestmark = pytest.mark.django_db(transaction=True)
SHA = bytes(range(32))


def left_behind(age: timedelta) -> str:
    """A file without a row, as a killed upload leaves it."""
    path = original_path(uuid7(timezone.now() - age, SHA), SHA)
    return default_storage.save(path, ContentFile(b"bytes"))


def waiting(age: timedelta) -> Frame:
    """A frame that was received so long ago and still waits."""
    owner, device = driver(f"waits-{age.total_seconds():.0f}")
    frame = Frame.objects.get(id=waiting_frame(device, owner).frame_id)
    old_id = uuid7(timezone.now() - age, SHA)
    path = default_storage.save(original_path(old_id, SHA), ContentFile(b"bytes"))
    Frame.objects.filter(id=frame.id).update(id=old_id, original=path)
    default_storage.delete(frame.original)
    return Frame.objects.get(id=old_id)


def test_where_nothing_was_ever_received_there_is_nothing_to_sweep():
    assert originals_sweep() == 0


@pytest.mark.parametrize(
    ("age", "goes"),
    [
        (timedelta(0), False),
        (timedelta(minutes=9), False),
        (timedelta(minutes=11), True),
        (timedelta(days=3), True),
    ],
)
def test_a_leftover_goes_but_not_while_it_may_just_be_arriving(age, goes):
    path = left_behind(age)
    assert originals_sweep() == goes
    assert default_storage.exists(path) is not goes


def test_an_original_that_still_waits_is_kept_for_a_day(caplog):
    young, old = waiting(timedelta(hours=23)), waiting(timedelta(hours=25))
    with caplog.at_level(logging.ERROR):
        assert originals_sweep() == 1
    assert "1 frames waited for nearly 24 hours without being detected" in caplog.text
    caplog.clear()
    assert originals_sweep() == 0
    assert not caplog.text
    young.refresh_from_db()
    assert young.state == "received"
    assert default_storage.exists(young.original)
    path = old.original
    old.refresh_from_db()
    assert (old.state, old.reason, old.original) == ("rejected", "not_processed_in_time", "")
    assert not default_storage.exists(path)


def test_none_is_a_day_old_when_the_next_sweep_comes(settings):
    every = settings.CELERY_BEAT_SCHEDULE["delete originals left behind"]["schedule"]
    frame = waiting(timedelta(hours=24, seconds=1) - every)
    assert originals_sweep() == 1
    assert not default_storage.exists(frame.original)


def test_a_stray_file_does_not_keep_the_sweep_from_the_others(caplog):
    default_storage.save("originals/00/notes.txt", ContentFile(b"?"))
    default_storage.save("originals/zz/abc-def", ContentFile(b"?"))
    path = left_behind(timedelta(hours=1))
    with caplog.at_level(logging.ERROR):
        assert originals_sweep() == 1
    assert not default_storage.exists(path)
    assert "notes.txt" in caplog.text


def test_a_detected_frames_leftover_goes():
    frame = waiting(timedelta(hours=1))
    path = frame.original
    Frame.objects.filter(id=frame.id).update(state="detected", original="", stored="frames/x.jpg")
    assert originals_sweep() == 1
    assert not default_storage.exists(path)


def test_the_sweep_does_not_wait_behind_detection(settings):
    task = settings.CELERY_BEAT_SCHEDULE["delete originals left behind"]["task"]
    assert task == "hazardmap.capture.tasks.sweep_originals"
    assert "hazardmap.capture.*" not in settings.CELERY_TASK_ROUTES
