"""The second factor: no page before it, by whichever door; and sessions that one sees and ends."""

import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from hazardmap.accounts.models import LoginTries, SignIn, User
from hazardmap.accounts.services import device_pair, pairing_code_create
from tests.account_scene import PASSWORD, code_of, enrolled, forget_slips, person, used_code_of

pytestmark = pytest.mark.django_db


def sign_in(client, user, path="/login/"):
    return client.post(path, {"username": user.email, "password": PASSWORD, "next": "/account/"})


def test_the_password_alone_opens_no_page_any_more(client):
    nora = person("nora")
    enrolled(client, nora)
    assert client.get("/account/").status_code == 200, "this session has shown it"
    fresh = Client()
    assert sign_in(fresh, nora).status_code == 302
    for page in ("/account/", "/account/security/", "/", "/portal/"):
        assert fresh.get(page)["Location"].startswith("/login/code/?next=")
    assert fresh.post("/login/code/", {"code": "000000"}).status_code == 200
    forget_slips()
    shown = fresh.post("/login/code/", {"code": code_of(nora), "next": "/account/security/"})
    assert shown["Location"] == "/account/security/"
    assert fresh.get("/account/").status_code == 200


def test_a_code_counts_once_and_a_recovery_code_too(client):
    nora = person("nora")
    recovery = enrolled(client, nora)[0]
    used, fresh = used_code_of(nora), Client()
    sign_in(fresh, nora)
    assert fresh.post("/login/code/", {"code": used}).status_code == 200, "used to turn it on"
    forget_slips()
    StaticToken.objects.first().device.throttle_reset()
    assert fresh.post("/login/code/", {"code": recovery.upper()}).status_code == 302
    again = Client()
    sign_in(again, nora)
    assert again.post("/login/code/", {"code": recovery}).status_code == 200


def test_who_has_lost_the_phone_takes_it_off_by_a_recovery_code(client):
    nora = person("nora")
    codes = enrolled(client, nora)
    page = client.get("/account/security/").content.decode()
    assert "Code of your app, or a recovery code" in page
    assert "inputmode" not in re.search(r'<input id="renew-code"[^>]*>', page)[0], "letters, too"
    client.post("/account/second-factor/remove/", {"code": codes[0].upper()})
    assert not TOTPDevice.objects.exists()


def test_slips_with_the_app_keep_no_recovery_code_from_working(client):
    """Each doubles the pause after it, and it is years until the recovery codes are needed."""
    nora = person("nora")
    recovery = enrolled(client, nora)[0]
    lost = Client()
    sign_in(lost, nora)
    assert lost.post("/login/code/", {"code": "000000"}).status_code == 200
    assert lost.post("/login/code/", {"code": recovery}).status_code == 302
    assert TOTPDevice.objects.get().throttling_failure_count == 0, "who has shown one is no guesser"


def test_who_sets_it_up_on_the_phone_itself_opens_the_app_by_a_link(client):
    client.force_login(person("nora"))
    page = client.get("/account/second-factor/").content.decode()
    secret = re.search(r'id="secret">(\w+)<', page)[1]
    assert f"secret={secret}&amp;" in re.search(r'<a href="(otpauth://[^"]+)"', page)[1]


def test_a_secret_that_was_shown_and_not_used_is_soon_another(client):
    """Whoever saw it on a screen left open must not have the codes of weeks later."""
    client.force_login(person("nora"))

    def shown():
        page = client.get("/account/second-factor/").content.decode()
        return re.search(r'id="secret">(\w+)<', page)[1]

    first = shown()
    assert shown() == first, "the app is opened, and the page loaded again"
    TOTPDevice.objects.update(created_at=timezone.now() - timedelta(minutes=16))
    assert shown() != first
    assert TOTPDevice.objects.count() == 1


def test_who_has_shown_a_code_or_needs_none_is_not_asked_for_one(client):
    client.force_login(person("ole"))
    assert client.get("/login/code/?next=/account/data/")["Location"] == "/account/data/"
    enrolled(client, person("nora"))
    assert client.get("/login/code/?next=/account/data/")["Location"] == "/account/data/"
    again = client.post("/login/code/", {"code": "000000", "next": "/account/data/"})
    assert again["Location"] == "/account/data/"


def test_guessing_is_slowed_down_even_for_the_right_code(client):
    nora = person("nora")
    enrolled(client, nora)
    forget_slips()
    fresh = Client()
    sign_in(fresh, nora)
    for _ in range(8):
        fresh.post("/login/code/", {"code": "000000"})
    assert fresh.post("/login/code/", {"code": code_of(nora)}).status_code == 200


def test_the_admin_has_no_door_without_it(client):
    mira = person("mira")
    User.objects.update(is_staff=True, is_superuser=True)
    enrolled(client, mira)
    fresh = Client()
    answer = fresh.post("/admin/login/", {"username": mira.email, "password": PASSWORD})
    assert answer.status_code == 302
    for page in ("/admin/", "/admin/queue/", "/admin/accounts/user/"):
        assert fresh.get(page)["Location"].startswith("/login/code/")


def test_the_site_may_demand_it_of_staff(client, settings):
    person("mira")
    User.objects.update(is_staff=True, is_superuser=True)
    client.force_login(User.objects.get())
    assert client.get("/admin/").status_code == 200
    settings.STAFF_SECOND_FACTOR = True
    assert client.get("/admin/")["Location"] == "/account/second-factor/"
    enrolled(client, User.objects.get())
    assert client.get("/admin/").status_code == 200


def test_turning_it_on_ends_the_other_sessions_and_off_needs_a_code(client):
    nora, other = person("nora"), Client()
    sign_in(other, nora)
    assert other.get("/account/").status_code == 200
    enrolled(client, nora)
    assert other.get("/account/")["Location"].startswith("/login/?next")
    client.post("/account/second-factor/remove/", {"code": "123456"})
    assert TOTPDevice.objects.exists()
    forget_slips()
    client.post("/account/second-factor/remove/", {"code": code_of(nora)})
    assert not TOTPDevice.objects.exists()
    assert not StaticToken.objects.exists()


def test_an_open_session_alone_sets_none_up_and_ends_no_other(client):
    nora, other = person("nora"), Client()
    sign_in(other, nora)
    client.force_login(nora)
    client.get("/account/second-factor/")
    for password in ({}, {"password": "wrong"}):
        page = client.post("/account/second-factor/", {"code": code_of(nora)} | password)
        assert "password is wrong" in page.content.decode()
    assert not TOTPDevice.objects.filter(confirmed=True).exists()
    assert other.get("/account/").status_code == 200


def test_the_owner_is_told_of_what_protects_the_account(
    client, mailoutbox, django_capture_on_commit_callbacks
):
    nora = person("nora")
    with django_capture_on_commit_callbacks(execute=True):
        enrolled(client, nora)
        forget_slips()
        client.post("/account/second-factor/remove/", {"code": code_of(nora)})
        enrolled(client, nora)
        call_command("forget_second_factor", nora.email)
        change = {"old": PASSWORD, "password": "four random words here"}
        client.post("/account/security/password/", change)
        device_pair(code=pairing_code_create(owner=nora).code, name="Pixel")
    assert {one.to[0] for one in mailoutbox} == {nora.email}
    words = ("set up", "removed", "set up", "removed", "password was changed", "“Pixel”")
    assert len(mailoutbox) == len(words)
    for mail, word in zip(mailoutbox, words, strict=True):
        assert word in " ".join(mail.body.split()), word


def test_the_owner_is_told_once_a_day_that_somebody_else_may_know_the_password(
    client, mailoutbox, django_capture_on_commit_callbacks
):
    nora = person("nora")
    enrolled(client, nora)

    def guess(times):
        thief = Client()
        sign_in(thief, nora)
        with django_capture_on_commit_callbacks(execute=True):
            for _ in range(times):
                thief.post("/login/code/", {"code": "000000"})
        return len(mailoutbox)

    assert [guess(4), guess(1), guess(9)] == [0, 1, 1]
    LoginTries.objects.update(started_at=timezone.now() - timedelta(days=1))
    assert [guess(4), guess(9)] == [1, 2]
    assert {mail.to[0] for mail in mailoutbox} == {nora.email}
    assert "somebody else knows your password" in " ".join(mailoutbox[0].body.split())
    assert "/login/reset/" in mailoutbox[0].body


def test_the_operator_takes_it_off_by_a_command(client):
    nora = person("nora")
    enrolled(client, nora)
    call_command("forget_second_factor", "Nora@fleet.example")
    fresh = Client()
    sign_in(fresh, nora)
    assert fresh.get("/account/").status_code == 200


def test_sessions_are_listed_and_ended(client):
    nora = person("nora")
    phone = Client(
        HTTP_USER_AGENT="Mozilla/5.0 (Linux; Android 15) Chrome/156.0 Safari/537",
        REMOTE_ADDR="192.0.2.9",
    )
    for one in (client, phone):
        sign_in(one, nora)
        one.get("/account/")
    page = client.get("/account/security/").content.decode()
    assert "Chrome, Android" in page
    assert "192.0.2.9" in page
    (number,) = re.findall(r'name="number" value="(\w+)"', page)
    client.post("/account/security/sessions/", {"number": number})
    assert phone.get("/account/").status_code == 302
    assert client.get("/account/").status_code == 200
    assert SignIn.objects.count() == 1


def test_a_changed_password_ends_the_other_sessions(client):
    nora, other = person("nora"), Client()
    for one in (client, other):
        sign_in(one, nora)
        one.get("/account/")
    change = {"old": "wrong", "password": "four random words here"}
    client.post("/account/security/password/", change)
    assert other.get("/account/").status_code == 200
    client.post("/account/security/password/", change | {"old": PASSWORD})
    assert other.get("/account/").status_code == 302
    assert client.get("/account/").status_code == 200


def test_a_new_password_that_is_too_weak_is_no_guess_at_the_old_one(client):
    client.force_login(person("nora"))
    for _ in range(6):
        weak = {"old": PASSWORD, "password": "password1"}
        page = client.post("/account/security/password/", weak, follow=True).content.decode()
        assert "too common" in page
