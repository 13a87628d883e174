"""Pictures go when their owner says so, when their time is over, and when no frame names them."""

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hazardmap.accounts.models import User
from hazardmap.capture.blobs import stored_path
from hazardmap.capture.models import Frame, Takedown
from hazardmap.capture.selectors import pictures_due
from hazardmap.capture.services import copies_sweep, pictures_expire
from hazardmap.hazards import tasks
from hazardmap.hazards.image_selectors import best_frames_of, images_of
from hazardmap.hazards.models import Hazard, Observation
from hazardmap.hazards.picture_models import PictureKey
from hazardmap.hazards.services import old_pictures_forget
from hazardmap.inference.models import Detection, DetectionRun
from hazardmap.platform.ids import new_id
from tests.moderation_scene import hazard_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def cow():
    """A live hazard of which two contributors have three pictures each."""
    return hazard_at("cow", (24.94, 60.17), timezone.now() - timedelta(minutes=5))


def copies() -> set[str]:
    return {path.stem for path in Path(default_storage.path("frames")).rglob("*.jpg")}


def test_young_pictures_stay(cow):
    assert old_pictures_forget() == 0
    assert len(copies()) == 6


def test_of_old_pictures_a_hazards_best_one_is_kept(cow, settings, client):
    best = images_of(cow)[0].frame_id
    before = Hazard.objects.values("p", "witnesses").get(id=cow)
    settings.PICTURE_DAYS = 0
    assert old_pictures_forget() == 5
    assert copies() == {str(best)}
    assert Frame.objects.count() == 6, "rows stay"
    assert set(Frame.objects.exclude(id=best).values_list("state", "stored")) == {("detected", "")}
    assert [image.frame_id for image in images_of(cow)] == [best]
    assert Hazard.objects.values("p", "witnesses").get(id=cow) == before
    assert old_pictures_forget() == 0, "and it is not looked at again and again"
    assert client.get(f"/hazards/{cow}/").status_code == 200
    owner = Frame.objects.exclude(id=best).earliest("id").account
    client.force_login(owner)
    assert "no picture kept" in client.get("/account/").content.decode()

    Hazard.objects.update(state="expired")
    Frame.objects.filter(id=best).update(picture_until=timezone.now())
    assert old_pictures_forget() == 1
    assert copies() == set()


@pytest.fixture
def one_at_once(monkeypatch, settings):
    monkeypatch.setattr("hazardmap.hazards.services.pictures_forget.AT_ONCE", 1)
    settings.PICTURE_DAYS = 0


def test_a_run_takes_batch_after_batch_and_kept_ones_do_not_bar_the_way(cow, one_at_once):
    assert old_pictures_forget() == 5
    assert len(copies()) == 1


def test_a_task_ends_in_time_and_the_next_goes_on(cow, one_at_once, monkeypatch):
    monkeypatch.setattr(tasks, "LONGEST_S", 0.0)
    tasks.forget_pictures()
    assert Frame.objects.filter(picture_until=None).count() == 5, "one has been looked at"
    for _ in range(5):
        tasks.forget_pictures()
    assert len(copies()) == 1


def test_what_was_prolonged_waits_for_the_others(cow, one_at_once):
    """Else the kept ones of a large map, which come again each day, are all that is looked at."""
    first, *others = Frame.objects.order_by("id")
    first.picture_until = timezone.now() - timedelta(minutes=1)
    first.save()
    due = pictures_due(older_than=timedelta(), limit=6)
    assert due == [frame.id for frame in (*others, first)]
    assert pictures_due(older_than=timedelta(), limit=5) == due[:5]


def test_the_best_pictures_of_all_hazards_are_read_at_once(cow, django_assert_num_queries):
    def best(hazard_id):
        return images_of(hazard_id, limit=1, hidden=True)[0].frame_id

    dog = hazard_at("dog", (24.96, 60.17), timezone.now() - timedelta(minutes=5), witnesses=1)
    Takedown.objects.create(frame_id=best(cow))
    pictures_expire(frame_ids=[best(dog)])
    Observation.objects.filter(view_id=Frame.objects.latest("id").id).update(score=0.9)
    with django_assert_num_queries(2):
        frames = best_frames_of([cow, dog])
    assert frames == {best(cow), best(dog)}


def test_a_run_that_was_broken_off_after_a_file_goes_on(cow, settings):
    settings.PICTURE_DAYS = 0
    path = Frame.objects.exclude(id=images_of(cow)[0].frame_id).earliest("id").stored
    default_storage.delete(path)
    assert old_pictures_forget() == 5


def test_an_owner_deletes_a_picture_and_what_it_showed_stays(
    cow, django_capture_on_commit_callbacks
):
    frame = Frame.objects.get(id=images_of(cow)[0].frame_id)
    PictureKey.objects.get_or_create(frame_id=frame.id, key=1)
    before = Hazard.objects.values("p", "witnesses", "published").get(id=cow)
    address = f"/account/frames/{frame.id}/delete/"
    client = Client()
    client.force_login(frame.account)
    assert address in client.get("/account/").content.decode()
    assert client.get(address).status_code == 405
    assert Frame.objects.filter(id=frame.id).exists()
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(address)["Location"] == "/account/#frames"
    page = client.get("/account/").content.decode()
    assert "The picture is deleted." in page
    assert address not in page
    for rows in (Detection, DetectionRun, PictureKey):
        assert not rows.objects.filter(frame_id=frame.id).exists()
    assert not Frame.objects.filter(id=frame.id).exists()
    assert str(frame.id) not in copies()
    assert client.get(reverse("image", args=[frame.id])).status_code == 404
    assert Observation.objects.filter(view_id=frame.id).exists()
    assert Hazard.objects.values("p", "witnesses", "published").get(id=cow) == before
    assert frame.id not in {image.frame_id for image in images_of(cow)}
    assert client.post(address).status_code == 302, "twice is the same"


def test_nobody_deletes_somebody_elses_picture(cow, django_capture_on_commit_callbacks):
    frame = Frame.objects.earliest("id")
    client = Client()
    client.force_login(User.objects.exclude(pk=frame.account_id).earliest("joined_at"))
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/account/frames/{frame.id}/delete/")
    assert Frame.objects.filter(id=frame.id).exists()
    assert str(frame.id) in copies()


def test_older_frames_are_reached_too(cow, monkeypatch, client):
    monkeypatch.setattr("hazardmap.web.account.RECENT_FRAMES", 2)
    owner = Frame.objects.earliest("id").account
    client.force_login(owner)
    newest, middle, oldest = Frame.objects.filter(account=owner).order_by("-id")
    first = client.get("/account/").content.decode()
    assert str(newest.id) in first
    assert f"/account/?before={middle.id}#frames" in first
    second = client.get(f"/account/?before={middle.id}").content.decode()
    assert str(oldest.id) in second
    assert str(newest.id) not in second
    assert str(newest.id) in client.get("/account/?before=nonsense").content.decode()


def test_copies_without_a_frame_go_after_a_day(cow):
    named = copies()
    lost, young = stored_path(new_id()), stored_path(new_id())
    strange = str(Path(lost).with_name("notes.txt"))
    for path in (lost, young, strange):
        default_storage.save(path, ContentFile(b"x"))
    long_ago = time.time() - timedelta(hours=25).total_seconds()
    for path in (lost, strange, *Frame.objects.values_list("stored", flat=True)):
        os.utime(default_storage.path(path), (long_ago, long_ago))
    assert sum(copies_sweep(hour=hour) for hour in range(24)) == 1
    assert copies() == named | {Path(young).stem}
    assert default_storage.exists(strange)
