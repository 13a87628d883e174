"""Without a database, or without room for what was used, callers hear when to ask again."""

import errno

import pytest
from django.db import connection
from django.test import Client

from hazardmap.api import buyers
from hazardmap.platform.problems import MEDIA_TYPE as PROBLEM
from tests.asked import ask
from tests.capture_scene import driver, send
from tests.map_scene import buyer, put_hazard

WORLD = "-180,-85,180,85"


@pytest.fixture
def client():
    return Client(raise_request_exception=False)


@pytest.fixture
def tokens(transactional_db):
    """Of a buyer and of a device."""
    return {"buyer": buyer().token, "device": driver()[1].token}


@pytest.fixture
def no_database(tokens):
    there = connection.settings_dict["HOST"]
    connection.close()
    connection.settings_dict["HOST"] = "/nowhere"
    yield
    connection.settings_dict["HOST"] = there
    connection.close()


def assert_later(answer, media_type):
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer["Content-Type"] == media_type


@pytest.mark.parametrize("address", ["/api/v1/hazards?bbox=24,60,25,61", "/feeds/wzdx-4.2.geojson"])
def test_programs_ask_again_while_the_database_is_away(client, tokens, no_database, address):
    headers = {"Authorization": f"Bearer {tokens['buyer']}"}
    assert_later(client.get(address, headers=headers), PROBLEM)


def test_devices_keep_a_frame_while_the_database_is_away(client, tokens, no_database):
    assert_later(send(client, tokens["device"], b""), PROBLEM)


def test_a_process_says_that_it_cannot_serve(client, no_database):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"status": "no database"})


@pytest.mark.parametrize("signed_in", [False, True])
def test_people_get_a_page_while_the_database_is_away(client, no_database, signed_in):
    if signed_in:
        client.cookies["sessionid"] = "x" * 32
    answer = client.get("/list/", headers={"Accept-Language": "de"})
    assert_later(answer, "text/html; charset=utf-8")
    assert "Versuchen" in answer.content.decode()


@pytest.mark.django_db
def test_buyers_ask_again_while_nothing_can_be_metered(client, monkeypatch):
    def full(*_records):
        raise OSError(errno.ENOSPC, "No space left on device")

    key = buyer()
    put_hazard(24.94, 60.17)
    with monkeypatch.context() as patch:
        patch.setattr(buyers, "usage_record", full)
        assert_later(ask(client, key.token, bbox=WORLD), PROBLEM)
    assert ask(client, key.token, bbox=WORLD).status_code == 200
