"""A POST that is sent again: done once, answered alike, and never mixed up with another."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from hazardmap.accounts.models import Device, User
from hazardmap.accounts.services import pairing_code_create
from hazardmap.api.idempotency import KEPT, LEASE, forget_old_answers
from hazardmap.api.models import KeptAnswer
from hazardmap.capture.models import Frame
from tests.capture_scene import driver, here, picture
from tests.problems import assert_problem

pytestmark = pytest.mark.django_db
KEY = '"8e03978e-40d5-43dd-bc93-6894a57f9324"'


def pair(client, code, key=KEY, name="phone"):
    body = json.dumps({"code": code, "name": name})
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post("/api/v1/pair", body, content_type="application/json", headers=headers)


@pytest.fixture
def code():
    owner = User.objects.create_user("aino@drivers.example", "a long enough password")
    return pairing_code_create(owner=owner).code


def test_a_token_that_was_lost_on_the_way_comes_again_and_is_kept_unreadable(client, code):
    first = pair(client, code)
    again = pair(client, code)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"
    assert again["Cache-Control"] == "no-store", "it may hold a secret"
    assert Device.objects.count() == 1
    kept = KeptAnswer.objects.get()
    token = first.json()["token"].encode()
    assert token not in bytes(kept.body)
    assert code.encode() not in bytes(kept.payload) + bytes(kept.name)
    assert_problem(pair(client, code, key=None), 400, "#/code", "used")
    assert_problem(pair(client, code, key='"another"'), 400, "#/code", "used")


def test_the_same_key_for_another_request_is_refused(client, code):
    assert pair(client, code).status_code == 201
    assert_problem(pair(client, code, name="tablet"), 422)
    assert pair(client, code, key=KEY.strip('"')).status_code == 201, "quotes may be left out"


def test_what_was_refused_may_be_corrected_under_the_same_key(client, code):
    assert_problem(pair(client, "ABCDEFGH"), 400)
    assert pair(client, code).status_code == 201


def test_two_at_once_are_one(client, code):
    assert pair(client, code).status_code == 201
    device = Device.objects.get()
    KeptAnswer.objects.update(status=None)
    assert_problem(pair(client, code), 409)
    KeptAnswer.objects.update(at=timezone.now() - LEASE - timedelta(seconds=1))
    assert_problem(pair(client, code), 400, "#/code", "used")  # done again: its process was dead
    assert Device.objects.get() == device


def test_a_server_whose_clock_is_ahead_takes_no_request_from_another(client, code, monkeypatch):
    assert pair(client, code).status_code == 201
    KeptAnswer.objects.update(status=None)
    right = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: right() + LEASE)
    assert_problem(pair(client, code), 409)


def test_answers_are_kept_for_a_day(client, code):
    pair(client, code)
    assert forget_old_answers() == 0
    KeptAnswer.objects.update(at=timezone.now() - KEPT - timedelta(seconds=1))
    assert_problem(pair(client, code), 400, "#/code", "used")
    KeptAnswer.objects.create(name=b"x", payload=b"y", at=timezone.now() - KEPT * 2)
    assert forget_old_answers() == 1


@pytest.mark.parametrize("key", ['""', "", '"a"b"', "a b", '"' + "x" * 256 + '"', "é"])
def test_a_malformed_key_is_refused(client, code, key):
    assert_problem(pair(client, code, key=key), 400, "Idempotency-Key", "1 to 255 ASCII")
    assert not Device.objects.exists()


def test_an_upload_is_known_by_its_parts_and_by_its_device(client):
    (_, device), image, metadata = driver(), picture(), json.dumps(here())

    def send(content, token=device.token):
        parts = {"image": SimpleUploadedFile("a.jpg", content), "metadata": metadata}
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": KEY}
        return client.post("/api/v1/frames", parts, headers=headers)

    first, again = send(image), send(image)
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json() == first.json()
    assert again["Location"] == first["Location"]
    assert_problem(send(picture()), 422)
    other = driver("other")[1]
    assert send(image, other.token).json()["id"] != first.json()["id"]
    assert Frame.objects.count() == 2
