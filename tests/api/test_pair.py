"""Pairing over HTTP: what a phone sends, and how often it may try."""

import json
import time

import pytest
from django.utils.html import escape

from hazardmap.accounts.models import Consent, Device, User
from hazardmap.accounts.services import consent_give, pairing_code_create
from hazardmap.web.qr_code import qr_code
from tests.problems import assert_problem

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _one_window(monkeypatch):
    """One window for the whole test."""
    monkeypatch.setattr(time, "time", lambda: 1_800_000_000.0)


def pair(client, body, address="192.0.2.1", **headers):
    content = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(
        "/api/v1/pair",
        content,
        content_type="application/json",
        REMOTE_ADDR=address,
        headers=headers,
    )


def test_a_code_becomes_a_token(client):
    owner = User.objects.create_user("aino@drivers.example", "a long enough password")
    consent_give(user=owner, documents=[Consent.Document.UPLOADS])
    code = pairing_code_create(owner=owner).code
    answer = pair(client, {"code": code, "name": "Pixel"})
    assert answer.status_code == 201
    device = Device.objects.get()
    assert answer.json()["device_id"] == str(device.id)
    assert (device.owner, device.name) == (owner, "Pixel")
    headers = {"Authorization": f"Bearer {answer.json()['token']}"}
    assert client.post("/api/v1/frames", headers=headers).status_code == 400
    assert_problem(pair(client, {"code": code, "name": "again"}), 400, "#/code", "unknown, used")


def test_a_code_is_also_a_picture_for_the_phones_camera(client):
    client.force_login(User.objects.create_user("aino@drivers.example", "a long enough password"))
    page = client.post("/account/pairing-code/", {"uploads": "on"})
    address = f"http://testserver/drive/#code={page.context['code'].code}"
    assert f'src="{escape(qr_code(address))}"' in page.content.decode()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"code": "ABCDEFGH"}, "#/name"),
        ({"name": "phone"}, "#/code"),
        ({"code": "ABCDEFGH", "name": "phone"}, "#/code"),
        ({"code": "x" * 21, "name": "phone"}, "#/code"),
        ({"code": {}, "name": "phone"}, "#/code"),
        ({"code": "ABCDEFGH", "name": ""}, "#/name"),
        ({"code": "ABCDEFGH", "name": "x" * 101}, "#/name"),
        ({"code": "ABCDEFGH", "name": "\0"}, "#/name"),
        ({"code": "\ud800", "name": "phone"}, "#/code"),
        ([], "#"),
        ("[" * 3_900, "#"),
    ],
)
def test_what_is_wrong_is_named(client, body, field):
    assert_problem(pair(client, body), 400, field)


@pytest.mark.parametrize("body", ["", "{", "\xff", b"\xff\xfe", "nul"])
def test_what_is_no_json(client, body):
    assert_problem(pair(client, body), 400)


def test_a_large_body_is_not_read(client):
    assert_problem(pair(client, " " * 4_001), 413, "#", "4 kB")


def test_a_form_is_no_json(client):
    assert_problem(client.post("/api/v1/pair", {"code": "x"}), 415)


def test_ten_tries_in_five_minutes_per_address(client, monkeypatch):
    owner = User.objects.create_user("aino@drivers.example", "a long enough password")
    right = {"code": pairing_code_create(owner=owner).code, "name": "phone"}
    for _ in range(10):
        assert_problem(pair(client, {"code": "ABCDEFGH", "name": "phone"}), 400, "#/code")
    answer = pair(client, right)
    assert_problem(answer, 429)
    assert answer["Retry-After"] == "300"
    assert_problem(pair(client, right, **{"X-Forwarded-For": "203.0.113.1"}), 429)
    monkeypatch.setattr(time, "time", lambda: 1_800_000_300.0)
    assert pair(client, {"code": "ABCDEFGH", "name": "x"}).status_code == 400
    monkeypatch.setattr(time, "time", lambda: 1_800_000_000.0)
    assert pair(client, right, address="192.0.2.2").status_code == 201
