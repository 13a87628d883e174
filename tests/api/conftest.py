"""Who asks: a buyer with a key, a moderator."""

import pytest
from django.contrib.auth.models import Permission

from hazardmap.accounts.models import User
from hazardmap.platform import rate_limit
from tests.map_scene import buyer


@pytest.fixture
def key():
    return buyer()


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
