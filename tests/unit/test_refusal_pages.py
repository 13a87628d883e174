"""What people get, instead of a document for programs or nothing to go on from."""

import re

import pytest
from django.db import DatabaseError
from django.test import Client

from hazardmap.platform import limited
from hazardmap.web import pages
from tests.account_scene import person

pytestmark = pytest.mark.django_db
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": "de"}


@pytest.fixture
def nothing_more(monkeypatch):
    monkeypatch.setattr(limited, "allow", lambda *_args, **_more: False)


def test_whoever_opens_pages_too_fast_gets_a_page_in_their_language(client, nothing_more):
    refused = client.get("/list/", headers=BROWSER)
    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    assert refused["Content-Type"] == "text/html; charset=utf-8"
    assert "<h1>Zu viel auf einmal</h1>" in refused.content.decode()


@pytest.mark.parametrize(
    ("address", "accept"), [("/list/", "*/*"), ("/map/hazards.json", BROWSER["Accept"])]
)
def test_programs_that_ask_too_fast_get_a_problem(client, nothing_more, address, accept):
    refused = client.get(address, headers={"Accept": accept})
    assert refused.status_code == 429
    assert refused["Content-Type"] == "application/problem+json"


def test_a_failure_is_told_in_the_readers_language_without_the_database(
    monkeypatch, django_assert_num_queries
):
    def fails(*_args, **_more):
        raise DatabaseError("secret")

    client = Client(raise_request_exception=False)
    monkeypatch.setattr(pages, "render", fails)
    for options in ({"headers": {"Accept-Language": "de"}}, {"query_params": {"lang": "de"}}):
        with django_assert_num_queries(0):
            answer = client.get("/about/", **options)
        text = answer.content.decode()
        assert answer.status_code == 500
        assert "<title>Fehlgeschlagen | hazardmap</title>" in text
        assert '<html lang="de"' in text
        assert "secret" not in text
        (style,) = re.findall('<link rel="stylesheet" href="(.*?)">', text)
        assert client.get(style).status_code == 200
        assert "default-src 'none'" in answer["Content-Security-Policy"]


@pytest.mark.parametrize("address", ["/about/", "/list/"])
def test_what_cannot_be_understood_is_told_in_the_readers_language(client, address):
    before_any_page = {"headers": BROWSER | {"Host": "somebody.else"}}
    too_much = {"headers": BROWSER, "QUERY_STRING": "a=1&" * 2000}
    for options in (before_any_page, too_much):
        client.get("/about/?lang=fi")  # what somebody else has read in this thread
        client.cookies.clear()
        answer = client.get(address, **options)
        text = answer.content.decode()
        assert answer.status_code == 400
        assert "<h1>Das ist nicht zu verstehen</h1>" in text
        assert '<html lang="de"' in text
        assert "somebody" not in text


def test_who_lacks_a_right_gets_a_page(client):
    user = person("helper")
    user.is_staff = True
    user.save()
    client.force_login(user)
    answer = client.get("/admin/status/", headers=BROWSER)
    assert answer.status_code == 403
    assert "<h1>You may not do this</h1>" in answer.content.decode()
