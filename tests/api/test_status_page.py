"""The status in the admin site: for superusers, without inline code, linked from the first page."""

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from hazardmap.accounts.models import User
from hazardmap.capture.models import Frame
from tests.capture_scene import driver, waiting_frame
from tests.policy import blocked_by_policy

pytestmark = pytest.mark.django_db
ADDRESS, LINK = "/admin/status/", 'href="/admin/status/"'


@pytest.fixture
def boss(client):
    client.force_login(User.objects.create_superuser("boss@hazardmap.example", None))
    return client


def test_a_superuser_sees_every_line_and_what_is_stuck(boss):
    owner, device = driver()
    waiting_frame(device, owner)
    Frame.objects.update(received_at=timezone.now() - timezone.timedelta(hours=13))
    assert LINK in boss.get("/admin/").content.decode()
    answer = boss.get(ADDRESS)
    assert "no-store" in answer["Cache-Control"]
    assert blocked_by_policy(answer) == []
    html = answer.content.decode()
    assert '<tr class="ok"><th scope="row">Database</th><td>ok</td><td>answers, 0.' in html
    assert '<tr class="stuck"><th scope="row">Detection</th><td>stuck</td>' in html
    assert boss.post(ADDRESS).status_code == 405


def test_nobody_else_does(client):
    assert "/login/" in client.get(ADDRESS)["Location"]
    client.force_login(driver()[0])
    assert "/login/" in client.get(ADDRESS)["Location"]
    moderator = User.objects.create_user("moderator@hazardmap.example", is_staff=True)
    moderator.user_permissions.add(*Permission.objects.all())
    client.force_login(moderator)
    assert client.get(ADDRESS).status_code == 403
    assert LINK not in client.get("/admin/").content.decode()
