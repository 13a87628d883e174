"""Uploads that nobody did wrong, and that have to wait: too many, or no room."""

import time
from importlib import import_module
from pathlib import Path

import pytest
from django.core.files.storage import default_storage

from hazardmap.accounts.services import device_create
from hazardmap.api.v1 import frames
from hazardmap.capture.models import Frame
from hazardmap.capture.services import frame_rejected, waiting_room
from tests.capture_scene import (
    assert_nothing_stored,
    driver,
    here,
    picture,
    send,
    stored_originals,
)
from tests.problems import assert_problem

pytestmark = pytest.mark.django_db


def test_a_device_that_sends_too_many_frames_has_to_wait(client, monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 1_800_000_000.0)  # one window for the whole test
    monkeypatch.setattr(frames.Frames, "quota", 2)
    owner, busy = driver()
    other = device_create(owner=owner, name="another")
    image = picture()
    answers = [send(client, busy.token, image, here()) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202, 200, 429]
    assert_problem(answers[2], 429)
    assert answers[2]["Retry-After"] == "60"
    assert send(client, other.token, image, here()).status_code == 200, "each device for itself"
    monkeypatch.setattr(time, "time", lambda: 1_800_000_060.0)
    assert send(client, busy.token, image, here()).status_code == 200


def test_an_account_has_so_many_frames_waiting_from_all_its_devices(client, monkeypatch):
    monkeypatch.setattr(waiting_room, "MAX_WAITING", 2)
    owner, device = driver()
    other, image = device_create(owner=owner, name="another"), picture()
    answers = [send(client, token, image, here()) for token in (device.token, other.token)]
    assert [answer.status_code for answer in answers] == [202, 200], "the same bytes are one frame"
    assert send(client, other.token, picture(), here()).status_code == 202
    refused = send(client, other.token, picture(), here())
    assert_problem(refused, 429)
    assert refused["Retry-After"] == "60"
    assert refused.json()["type"].endswith("#too-many-waiting")
    assert "At most 2 frames of one account" in refused.json()["detail"]
    assert len(stored_originals()) == 2
    assert send(client, other.token, image, here()).status_code == 200, "it has its receipt"
    assert send(client, driver("ben")[1].token, picture(), here()).status_code == 202
    frame_rejected(frame_id=Frame.objects.earliest("id").id, reason="truncated")
    assert send(client, other.token, picture(), here()).status_code == 202


def test_an_account_has_so_many_bytes_waiting(client, token, monkeypatch):
    image = picture()
    monkeypatch.setattr(waiting_room, "MAX_WAITING_BYTES", len(image) + 10)
    assert send(client, token, image, here()).status_code == 202
    assert Frame.objects.get().original_bytes == len(image)
    assert_problem(send(client, token, picture(), here()), 429)


def test_a_disk_that_is_nearly_full_takes_no_frame(client, token, monkeypatch):
    monkeypatch.setattr(waiting_room, "SPARE_BYTES", 10**18)
    refused = send(client, token, picture(), here())
    assert_problem(refused, 503)
    assert refused["Retry-After"] == "300"
    assert refused.json()["type"].endswith("#no-room")
    assert_nothing_stored()


def test_a_disk_that_gets_full_in_the_middle_is_told_too(client, token, monkeypatch):
    """/dev/full answers as a full disk does."""
    # The package has a function of the module's name.
    module = import_module("hazardmap.capture.services.frame_accept")
    monkeypatch.setattr(module, "original_path", lambda *_: "full")
    full = Path(default_storage.path("full"))
    full.parent.mkdir(parents=True, exist_ok=True)
    full.symlink_to("/dev/full")
    assert_problem(send(client, token, picture(), here()), 503)
    assert not full.is_symlink(), "half a file is deleted"
    assert_nothing_stored()
