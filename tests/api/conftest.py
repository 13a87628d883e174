"""Who asks: a buyer with a key, a moderator."""

import pytest
from django.contrib.auth.models import Permission

from hazardmap.accounts.models import User
from tests.map_scene import buyer


@pytest.fixture
def key():
    return buyer()


@pytest.fixture
def moderator():
    user = User.objects.create_user("moderator@hazardmap.example", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="add_decision"))
    return user
