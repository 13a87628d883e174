"""Each kind of error has an address of its own, which leads to what it means and what to do."""

import json
from urllib.parse import urldefrag

import pytest
from rest_framework.exceptions import APIException

from hazardmap.accounts.models import ApiKey
from hazardmap.api import authentication, idempotency, problems, spending
from hazardmap.api.models import KeptAnswer
from hazardmap.core.access.scopes import Scope
from hazardmap.hazards import change_feed
from hazardmap.platform import problem_types, rate_limit
from hazardmap.platform.problem_types import PROBLEM_TYPES
from tests.map_scene import buyer

pytestmark = pytest.mark.django_db
HOOK = {"url": "https://fleet.example/"}
OTHER_HOOK = {"url": "https://other.example/"}
AGAIN = {"Idempotency-Key": '"8e03978e"'}


def subclasses(of):
    for one in of.__subclasses__():
        yield one
        yield from subclasses(one)


def test_every_kind_of_the_code_is_documented(client):
    page = client.get(problem_types.PAGE).content.decode()
    mine = {one for one in subclasses(APIException) if one.__module__.startswith("hazardmap.")}
    modules = {module.__name__ for module in (authentication, idempotency, problems, spending)}
    assert {one.__module__ for one in mine} == modules
    kinds = {getattr(one, "kind", None) for one in mine} | set(problems._KINDS.values())
    assert kinds - {None} <= set(PROBLEM_TYPES)
    assert len({one.name for one in PROBLEM_TYPES}) == len(PROBLEM_TYPES)
    for one in PROBLEM_TYPES:
        assert f'<section id="{one.name}">' in page
        assert one.uri(f"http://testserver{problem_types.PAGE}") in page
    assert "<code>about:blank</code>" in page


@pytest.fixture
def get(client):
    token = buyer().token

    def send(asked=None, token=token):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return client.get("/api/v1/hazards", {"bbox": "0,0,1,1"} | (asked or {}), headers=headers)

    return send


@pytest.fixture
def post(client):
    token = buyer("Poster").token

    def send(path, body, **headers):
        return client.post(
            f"/api/v1/{path}",
            body if isinstance(body, str) else json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}", **headers},
        )

    return send


def leads(answer, name, client):
    """The problem is of this type, and its address leads to the place that says more."""
    (kind,) = (one for one in PROBLEM_TYPES if one.name == name)
    body = answer.json()
    assert (answer.status_code, body["status"], body["title"]) == (*2 * (kind.status,), kind.title)
    page, fragment = urldefrag(body["type"])
    assert fragment == name
    if not kind.registered:
        assert f'id="{name}"' in client.get(page).content.decode()


def test_what_is_asked_wrong(client, get, post):
    leads(get({"limit": "many"}), "invalid", client)
    leads(post("hazards/in-region", '{"type": NaN}'), "unreadable", client)
    leads(post("hazards/in-region", " " * 1_000_001), "too-large", client)


def test_who_may_not_ask_is_told_which_of_four_reasons(client, get):
    leads(get(token=""), "no-token", client)
    refused = get(token="hm_dev_of_nobody")
    leads(refused, "bad-token", client)
    assert "hm_key_" in refused.json()["detail"], "which kind of token it has to be"
    ApiKey.objects.update(scopes=[Scope.TILES])
    leads(get(), "no-scope", client)
    ApiKey.objects.update(allowed_networks=["192.0.2.0/24"])
    leads(get(), "not-from-here", client)


def test_what_is_sent_twice(client, post):
    assert post("webhooks", HOOK, **AGAIN).status_code == 201
    leads(post("webhooks", OTHER_HOOK, **AGAIN), "another-request", client)
    KeptAnswer.objects.update(status=None)
    leads(post("webhooks", HOOK, **AGAIN), "request-running", client)


def test_what_is_too_much(client, get, monkeypatch):
    def slow():
        raise problems.TooSlow

    with monkeypatch.context() as patch:
        patch.setattr(change_feed, "newest_change", slow)
        leads(get(), "too-slow", client)
    monkeypatch.setattr(rate_limit, "_TAKE", lambda *_: "-1")
    leads(get(), "quota-exceeded", client)


def test_where_the_status_says_all(client, get):
    for answer in (client.get("/api/v1/nothing"), client.put("/api/v1/pair")):
        body = answer.json()
        assert body["type"] == "about:blank"
        assert body["status"] == answer.status_code
