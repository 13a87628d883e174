"""Who asks: a buyer, a device, a moderator, an administrator, everybody. And a hazard."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from hazardmap.accounts.models import User
from hazardmap.platform import rate_limit
from tests.capture_scene import driver
from tests.everybody_scene import everybody, their_things
from tests.map_scene import buyer
from tests.moderation_scene import hazard_at
from tests.webhook_scene import URL


@pytest.fixture
def key():
    return buyer()


@pytest.fixture
def token():
    """A contributor's device."""
    return driver()[1].token


@pytest.fixture
def no_limits(monkeypatch):
    """Nobody asks too often."""
    monkeypatch.setattr(rate_limit, "_TAKE", lambda *_: "1")
    monkeypatch.setattr(rate_limit, "_count_locally", lambda _: 1)


@pytest.fixture
def moderator():
    user = User.objects.create_user("moderator@hazardmap.example", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="add_decision"))
    return user


@pytest.fixture
def call(client, key):
    """Calls a method of the API as the buyer, or with another token."""

    def send(method, path, body=None, token=key.token, **headers):
        return client.generic(
            method,
            f"/api/v1/{path}",
            "" if body is None else json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}", **headers},
        )

    return send


@pytest.fixture
def endpoint_id(call):
    return call("POST", "webhooks", {"url": URL}).json()["id"]


@pytest.fixture
def boss(client):
    user = User.objects.create_superuser("boss@hazardmap.example", "a long enough password")
    client.force_login(user)
    return user


@pytest.fixture
def hazard_id():
    return hazard_at("dog", (24.94, 60.17), timezone.now() - timedelta(minutes=3))


@pytest.fixture
def people(no_limits):
    """Somebody of each role."""
    return everybody()


@pytest.fixture
def things(people):
    """What addresses name: the contributor's frame and device, the buyer's webhooks."""
    return their_things(people)
