"""A contributor sees pictures by the drive, and deletes a drive at once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage

from hazardmap.accounts.services import device_create
from hazardmap.capture.drive_selectors import drives_of
from hazardmap.capture.models import Frame
from hazardmap.capture.services import frame_accept
from hazardmap.hazards.models import Hazard, Observation
from hazardmap.hazards.services import drive_forget
from hazardmap.inference.models import DetectionRun
from tests.capture_scene import driver, here, picture
from tests.moderation_scene import hazard_at

pytestmark = pytest.mark.django_db
NOON = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3)


def drive(owner, device, begin_min, frames=3):
    """Frames that were taken a minute apart."""
    return [
        frame_accept(
            account_id=owner.pk,
            device_id=device.device_id,
            image=picture(),
            metadata=here(captured_at=(NOON + timedelta(minutes=begin_min + i)).isoformat()),
        ).frame_id
        for i in range(frames)
    ]


def originals():
    return {path.name[-36:] for path in Path(default_storage.path("originals")).rglob("*-*")}


@pytest.fixture
def aino():
    return driver()


@pytest.fixture
def driven(aino):
    """Two drives of one device, and one of another at the time of the first."""
    owner, phone = aino
    dashcam = device_create(owner=owner, name="dashcam")
    return drive(owner, phone, 0), drive(owner, dashcam, 1), drive(owner, phone, 8)


def test_a_pause_ends_a_drive_and_each_device_drives_alone(aino, driven):
    owner, phone = aino
    latest, other, first = drives_of(owner.pk, limit=20)
    assert [one.pictures for one in (latest, other, first)] == [3, 3, 3]
    assert (latest.device_id, first.device_id) == (phone.device_id, phone.device_id)
    assert other.device_id != phone.device_id
    assert (first.begin, first.end) == (NOON, NOON + timedelta(minutes=2))
    assert (latest.newest, first.newest) == (driven[2][-1], driven[0][-1])
    drive(owner, phone, 4, frames=2)
    assert [one.pictures for one in drives_of(owner.pk, limit=20)] == [8, 3], "no pause any more"
    assert len(drives_of(owner.pk, limit=1)) == 1


def test_a_drive_without_a_picture_is_not_offered(aino, driven):
    Frame.objects.filter(id__in=driven[0]).update(state="rejected", reason="truncated", original="")
    assert len(drives_of(aino[0].pk, limit=20)) == 2


def test_an_owner_deletes_a_drive_and_nothing_else(
    aino, driven, client, django_capture_on_commit_callbacks
):
    owner, phone = aino
    stranger, camera = driver("ben")
    theirs = drive(stranger, camera, 0)
    client.force_login(owner)
    device_create(owner=owner, name="new")
    page = client.get("/account/").content.decode()
    assert page.count("last frame 2 hours ago") == 2
    assert page.count("no frames") == 1
    address = f"/account/drives/{phone.device_id}/delete/"
    assert page.count("Delete this drive") == 3
    assert f'value="{NOON.isoformat()}"' in page
    span = {"begin": NOON.isoformat(), "end": (NOON + timedelta(minutes=2)).isoformat()}
    kept = {*driven[1], *driven[2], *theirs}
    assert client.get(address).status_code == 405
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            assert client.post(address, span)["Location"] == "/account/#drives"
        assert set(Frame.objects.values_list("id", flat=True)) == kept
        assert originals() == {str(frame_id) for frame_id in kept}
    page = client.get("/account/").content.decode()
    assert "The drive is deleted." in page
    assert page.count("Delete this drive") == 2
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/account/drives/{camera.device_id}/delete/", span)
    assert Frame.objects.filter(id__in=theirs).count() == 3, "of somebody else"


def test_what_a_deleted_drive_showed_stays_on_the_map(django_capture_on_commit_callbacks):
    cow = hazard_at("cow", (24.94, 60.17), datetime.now(UTC) - timedelta(minutes=5))
    before = Hazard.objects.values("p", "witnesses", "published").get(id=cow)
    seen = Observation.objects.count()
    owner = Frame.objects.earliest("id").account
    (one,) = drives_of(owner.pk, limit=20)
    with django_capture_on_commit_callbacks(execute=True):
        left = drive_forget(
            account_id=owner.pk, device_id=one.device_id, begin=one.begin, end=one.end
        )
    assert left == 0
    assert not Frame.objects.filter(account=owner).exists()
    assert DetectionRun.objects.count() == Frame.objects.count() > 0
    assert Observation.objects.count() == seen
    assert Hazard.objects.values("p", "witnesses", "published").get(id=cow) == before


def test_what_takes_too_long_goes_on_with_the_next_request(
    aino, driven, client, monkeypatch, django_capture_on_commit_callbacks
):
    service = "hazardmap.hazards.services.pictures_forget"
    monkeypatch.setattr(f"{service}.AT_ONCE", 2)
    monkeypatch.setattr(f"{service}.monotonic", iter([0.0, 1.0, 11.0, 20.0, 21.0]).__next__)
    owner, phone = aino
    client.force_login(owner)
    span = {"begin": NOON.isoformat(), "end": (NOON + timedelta(minutes=2)).isoformat()}
    for says in ("1 frame of the drive is left", "The drive is deleted"):
        with django_capture_on_commit_callbacks(execute=True):
            told = client.post(f"/account/drives/{phone.device_id}/delete/", span, follow=True)
        assert says in told.content.decode()
    assert not Frame.objects.filter(id__in=driven[0]).exists()


@pytest.mark.parametrize("begin", ["", "noon", "2026-11-28T12:00:00", "9999-99-99T00:00:00+00:00"])
def test_a_moment_that_is_none_deletes_nothing(aino, driven, client, begin):
    owner, phone = aino
    client.force_login(owner)
    span = {"begin": begin, "end": datetime.now(UTC).isoformat()}
    assert client.post(f"/account/drives/{phone.device_id}/delete/", span).status_code == 400
    assert Frame.objects.count() == 9
