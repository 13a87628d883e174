"""What a key may do, asked over HTTP: scopes, limits, tests, and keys that were found."""

import json
import logging

import pytest

from hazardmap.accounts.models import ApiKey
from hazardmap.accounts.services import key_create, key_revoke, organisation_create
from hazardmap.api import buyers
from hazardmap.api.v1 import export
from hazardmap.core.access.key_limits import KeyLimits
from hazardmap.core.access.scopes import Environment, Scope
from hazardmap.metering.models import UsageEvent
from hazardmap.metering.services import usage_ship
from tests.map_scene import put_hazard

pytestmark = pytest.mark.django_db
WORLD = {"bbox": "-180,-90,180,90"}


def key(**over):
    return key_create(organisation=organisation_create(name="Fleet"), name="key", **over)


def ask(client, one, path="/api/v1/hazards", **more):
    where = WORLD if path.startswith("/api/") else {}
    return client.get(path, where, headers={"Authorization": f"Bearer {one.token}"}, **more)


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("/api/v1/hazards", Scope.HAZARDS),
        ("/api/v1/hazards/export", Scope.EXPORTS),
        ("/tiles/v1/hazards.json", Scope.TILES),
    ],
)
def test_a_key_does_what_its_scopes_say_and_nothing_else(client, path, scope):
    assert ask(client, key(scopes=[scope]), path).status_code == 200
    refused = ask(client, key(scopes=set(Scope) - {scope}), path)
    assert refused.status_code == 403
    assert refused["Content-Type"] == "application/problem+json"
    assert scope in refused.json()["detail"]


def test_a_key_is_good_only_from_its_own_places(client):
    mine = key(limits=KeyLimits.read(["https://fleet.example"], []))
    for path in ("/api/v1/hazards", "/tiles/v1/hazards.json"):
        assert ask(client, mine, path, HTTP_ORIGIN="https://fleet.example").status_code == 200
        refused = ask(client, mine, path, HTTP_ORIGIN="https://evil.example")
        assert refused.status_code == 403
        assert "origins" in refused.json()["detail"]


def test_a_test_key_gets_answers_up_to_its_bound_and_free_tiles(client, monkeypatch):
    put_hazard(1, 50)
    monkeypatch.setattr(buyers, "TEST_REQUESTS_PER_DAY", 1)
    test = key(environment=Environment.TEST)
    answer = ask(client, test)
    assert len(answer.json()["features"]) == 1
    usage_ship()
    assert UsageEvent.objects.get().key_id == test.kid
    (address,) = ask(client, test, "/tiles/v1/hazards.json").json()["tiles"]
    assert "/tiles/v1/hazards/" in address
    assert ask(client, test).status_code == 429
    assert ask(client, key()).status_code == 200


def test_all_test_keys_of_an_organisation_share_one_bound(client, monkeypatch):
    monkeypatch.setattr(buyers, "TEST_REQUESTS_PER_DAY", 2)
    first = key(environment=Environment.TEST)
    organisation = ApiKey.objects.get(kid=first.kid).organisation
    second = key_create(organisation=organisation, name="2", environment=Environment.TEST)
    assert ask(client, first).status_code == 200
    assert ask(client, second).status_code == 200
    assert ask(client, first).status_code == ask(client, second).status_code == 429
    assert ask(client, key(environment=Environment.TEST)).status_code == 200, "another organisation"
    live = key_create(organisation=organisation, name="live")
    assert ask(client, live).status_code == 200


def test_a_test_key_exports_a_small_area_whole_and_no_large_one(client, monkeypatch):
    monkeypatch.setattr(export, "TEST_HAZARDS", 2)
    test, live = key(environment=Environment.TEST), key()

    def exported(who):
        answer = ask(client, who, "/api/v1/hazards/export")
        return len(json.loads(b"".join(answer.streaming_content))["features"])

    for number in range(2):
        put_hazard(1 + number / 100, 50)
    assert exported(test) == exported(live) == 2
    put_hazard(1.02, 50)
    refused = ask(client, test, "/api/v1/hazards/export")
    assert refused.status_code == 403
    assert refused.json()["type"].endswith("/api/problems/#only-for-live-keys")
    assert "listHazards" in refused.json()["detail"]
    assert exported(live) == 3


def test_a_revoked_key_is_refused_by_the_next_request(client):
    one = key()
    assert ask(client, one).status_code == 200
    key_revoke(kid=one.kid)
    assert ask(client, one).status_code == 401


def test_anybody_may_hand_in_a_key_that_he_has_found(client):
    one, other = key(), key()
    found = {"tokens": [one.token, other.token[:-4] + "aaaa", "hm_key_nonsense"]}
    answer = client.post("/api/v1/keys/leaked", found, content_type="application/json")
    assert answer.json() == {"revoked": [one.kid]}
    assert ask(client, one).status_code == 401
    assert ask(client, other).status_code == 200


@pytest.mark.parametrize("body", [{}, {"tokens": []}, {"tokens": ["x" * 101]}, {"tokens": [{}]}])
def test_a_report_without_keys_is_told_what_is_missing(client, body):
    answer = client.post("/api/v1/keys/leaked", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "#/tokens"


def test_no_log_holds_a_secret(capfd):
    token = key().token
    handler = logging.getLogger().handlers
    formatter = next(one.formatter for one in handler if "Redacted" in type(one.formatter).__name__)
    try:
        raise ValueError(token)
    except ValueError:
        record = logging.makeLogRecord({"msg": "GET /?key=%s", "args": (token,)})
        record.exc_info = __import__("sys").exc_info()
    text = formatter.format(record)
    assert token[-52:] not in text
    assert token[:-52] in text
