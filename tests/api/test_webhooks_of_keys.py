"""A key reaches the endpoints that it or a key before it has added, and its end ends them all."""

import json

import pytest

from hazardmap.accounts.models import Organisation, User
from hazardmap.accounts.services import (
    Overlap,
    key_create,
    key_report_leaked,
    key_revoke,
    key_roll,
    organisation_create,
)
from hazardmap.core.access.scopes import Environment
from hazardmap.webhooks import selectors
from hazardmap.webhooks.models import Endpoint
from hazardmap.webhooks.services.endpoints_end import endpoints_end
from tests.webhook_scene import HELSINKI, endpoint, square, watch

pytestmark = pytest.mark.django_db
URL = "https://fleet.example/hook"
SINCE = {"since": "2999-01-01T00:00:00Z"}


@pytest.fixture
def olga():
    return User.objects.create_user(email="olga@example.org", password="x")


@pytest.fixture
def organisation(olga) -> Organisation:
    return organisation_create(name="Fleet", owner=olga)


@pytest.fixture
def key(organisation):
    return key_create(organisation=organisation, name="fleet")


@pytest.fixture
def call(client):
    def send(key, method, path, body=None):
        return client.generic(
            method,
            f"/api/v1/{path}",
            "" if body is None else json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {key.token}"},
        )

    return send


@pytest.mark.parametrize("environment", Environment)
def test_no_other_key_of_the_organisation_reaches_them(call, organisation, key, environment):
    made = endpoint(URL, key).id
    watch_id = watch(made, key)
    message = call(key, "POST", f"webhooks/{made}/test").json()["delivery_id"]
    other = key_create(organisation=organisation, name="other", environment=environment)
    asked = [
        ("GET", f"webhooks/{made}", None),
        ("DELETE", f"webhooks/{made}", None),
        ("PATCH", f"webhooks/{made}", {"url": "https://attacker.example/x"}),
        ("POST", f"webhooks/{made}/secret", {"overlap_s": 0}),
        ("POST", f"webhooks/{made}/pause", {}),
        ("POST", f"webhooks/{made}/enable", {}),
        ("POST", f"webhooks/{made}/test", {}),
        ("GET", f"webhooks/{made}/deliveries", None),
        ("POST", f"webhooks/{made}/replay", SINCE),
        ("GET", f"deliveries/{message}", None),
        ("POST", f"deliveries/{message}/replay", {}),
        ("GET", f"watch-areas/{watch_id}", None),
        ("PATCH", f"watch-areas/{watch_id}", {"name": "mine"}),
        ("DELETE", f"watch-areas/{watch_id}", None),
    ]
    assert {call(other, *one).status_code for one in asked} == {404}
    area = {"endpoint_id": str(made), "name": "dear", "area": square(*HELSINKI)}
    assert call(other, "POST", "watch-areas", area).status_code == 400
    assert call(other, "GET", "webhooks").json() == {"endpoints": []}
    assert call(other, "GET", "watch-areas").json() == {"watch_areas": []}
    assert len(selectors.endpoints_of(organisation.pk)) == 1, "members see all"
    assert Endpoint.objects.get().url == URL


def test_a_rolled_key_hands_on_what_it_has_and_gets_nothing_of_its_heir(call, olga, key):
    first = endpoint(URL, key).id
    heir = key_roll(kid=key.kid, actor=olga, overlap=Overlap.DAY)
    later = endpoint(URL, heir).id
    heir_of_heir = key_roll(kid=heir.kid, actor=olga, overlap=Overlap.DAY)
    seen = [one["id"] for one in call(heir_of_heir, "GET", "webhooks").json()["endpoints"]]
    assert seen == [str(first), str(later)]
    assert call(heir_of_heir, "POST", f"webhooks/{first}/secret", {}).status_code == 200
    assert call(key, "GET", f"webhooks/{later}").status_code == 404


@pytest.mark.parametrize("end", ["leaked", "revoked"])
def test_the_end_of_a_key_switches_off_all_that_it_could_reach(olga, organisation, key, end):
    endpoint(URL, key)
    heir = key_roll(kid=key.kid, actor=olga, overlap=Overlap.NOW)
    endpoint(URL, heir)
    others = endpoint(URL, key_create(organisation=organisation, name="other")).id
    assert endpoints_end() == 0, "one was rolled"
    if end == "leaked":
        key_report_leaked(token=heir.token)
    else:
        key_revoke(kid=heir.kid)
    assert endpoints_end() == 2
    going = Endpoint.objects.filter(disabled_at=None)
    assert [one.id for one in going] == [others]


def test_a_leaked_key_takes_nothing_from_its_heir(olga, key):
    endpoint(URL, key)
    heir = key_roll(kid=key.kid, actor=olga, overlap=Overlap.DAY)
    kept = endpoint(URL, heir).id
    key_report_leaked(token=key.token)
    assert endpoints_end() == 1
    assert Endpoint.objects.get(disabled_at=None).id == kept
