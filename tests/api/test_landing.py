"""Where somebody begins who signs in, and how a moderator finds what waits for him."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from hazardmap.accounts.services import device_create
from tests.account_scene import PASSWORD, founded, person, signed_in
from tests.moderation_scene import hazard_at

pytestmark = pytest.mark.django_db


def moderator(name="mona"):
    user = person(name)
    user.is_staff = True
    user.save()
    user.user_permissions.add(
        Permission.objects.get(content_type__app_label="moderation", codename="add_decision")
    )
    return user


def landed(user, **asked):
    form = {"username": user.email, "password": PASSWORD} | asked
    response = Client().post("/login/", form)
    assert response.status_code == 302
    return response.url


def test_everybody_begins_where_his_work_is():
    driver, (_, buyer) = person("dan"), founded()
    _, both = founded("Taxi", owner="tara")
    device_create(owner=both, name="phone")
    told = [landed(who) for who in (driver, buyer, both, moderator())]
    assert told == ["/account/", "/portal/", "/account/", "/admin/queue/"]


def test_who_asked_for_a_page_gets_it():
    user = moderator()
    assert landed(user, next="/account/data/") == "/account/data/"
    assert landed(user, next="https://evil.example/") == "/admin/queue/"


def test_moderators_alone_are_led_to_the_queue():
    mona, staff, dan = moderator(), person("sam"), person("dan")
    staff.is_staff = True
    staff.save()
    seen = hazard_at("cow", (24.94, 60.17), timezone.now() - timedelta(minutes=5))
    for user in (mona, staff, dan):
        for page, link in (
            ("/account/", 'href="/admin/queue/"'),
            (f"/hazards/{seen}/", f'href="/admin/queue/{seen}/"'),
        ):
            answer = signed_in(user).get(page)
            assert (link in answer.content.decode()) == (user is mona)
            assert "Cookie" in answer.headers["Vary"]
