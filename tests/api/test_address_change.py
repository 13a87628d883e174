"""A new e-mail address of an account, through a link to it: for whoever knows the password."""

import pytest
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.test import Client
from django.utils import timezone

from hazardmap.accounts.models import MailLink, User
from hazardmap.accounts.services import (
    AccountsRefused,
    address_change_ask,
    language_choose,
    password_change,
)
from hazardmap.platform.log_lines import Redacted
from tests.account_scene import (
    PASSWORD,
    code_of,
    enrolled,
    forget_slips,
    link_in,
    link_in_mail_to,
    person,
    signed_in,
)
from tests.at_once import at_once

pytestmark = pytest.mark.django_db
PAGE = "/account/address/"
NEW = "new@elsewhere.example"


@pytest.fixture
def nora(client):
    user = person("nora")
    client.force_login(user)
    return user


def ask(client, email=NEW, password=PASSWORD, **more):
    return client.post(PAGE, {"email": email, "password": password, **more})


def asked(client, email=NEW):
    """The link in the mail."""
    ask(client, email)
    return link_in(mail.outbox[-1])


def address_of(user):
    return User.objects.get(pk=user.pk).email


def test_the_link_changes_it_once_and_whoever_had_it_before_is_told(
    client, nora, django_capture_on_commit_callbacks
):
    phone = signed_in(nora)
    assert nora.email in client.get(PAGE).content.decode()
    link = asked(client, "New@Elsewhere.example")
    assert mail.outbox[0].to == [NEW]
    page = client.get(link).content.decode()
    assert nora.email in page
    assert NEW in page
    assert address_of(nora) == nora.email, "looking is not following"
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(link).url == "/account/security/"
    assert address_of(nora) == NEW
    assert mail.outbox[1].to == [nora.email]
    assert NEW in mail.outbox[1].body
    assert client.post(link).status_code == 410
    for one in (client, phone):
        assert one.get("/account/").status_code == 200, "sessions stay"
    signed = Client().post("/login/", {"username": NEW, "password": PASSWORD})
    assert signed.status_code == 302
    assert len(mail.outbox) == 2


def test_it_is_noted_and_can_be_taken_along(client, nora):
    client.post(asked(client))
    entry = LogEntry.objects.get(object_id=str(nora.pk))
    assert entry.user_id == nora.pk
    assert nora.email in entry.change_message
    assert NEW in entry.change_message
    boss = User.objects.create_superuser("boss@hazardmap.example", None)
    history = signed_in(boss).get(f"/admin/accounts/user/{nora.pk}/history/").content.decode()
    assert "E-mail address changed" in history
    kept = b"".join(client.get("/account/data/export.json").streaming_content).decode()
    assert "E-mail address changed" in kept


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"password": "wrong"}, "The password is wrong"),
        ({"password": ""}, "The password is wrong"),
        ({"email": "nonsense"}, "valid email address"),
        ({"email": "Nora@fleet.example"}, "address of your account already"),
    ],
)
def test_what_is_wrong_is_told_and_sends_nothing(client, nora, given, words):
    page = ask(client, **given).content.decode()
    assert words in page
    assert given.get("email", NEW) in page, "what was typed stays"
    assert not mail.outbox


def test_who_has_a_second_factor_shows_it(client, nora):
    enrolled(client, nora)
    forget_slips()
    page = client.get(PAGE).content.decode()
    assert 'name="code"' in page
    assert "This code is wrong" in ask(client).content.decode()
    forget_slips()
    assert "This code is wrong" in ask(client, code="000000").content.decode()
    assert not mail.outbox
    forget_slips()
    ask(client, code=code_of(nora))
    assert mail.outbox[0].to == [NEW]


def test_nobody_learns_whose_an_address_is(client, nora):
    person("anna")
    free, taken = ask(client), ask(client, "anna@fleet.example")
    assert free.content.decode().replace(NEW, "anna@fleet.example") == taken.content.decode()
    assert mail.outbox[1].to == ["anna@fleet.example"]
    assert "/account/address/" not in mail.outbox[1].body


def test_who_was_sent_it_by_a_slip_of_the_finger_cannot_use_it(client, nora):
    link = asked(client)
    assert Client().get(link).url == f"/login/?next={link}"
    stranger = signed_in(person("eve"))
    assert stranger.get(link).status_code == 410
    assert stranger.post(link).status_code == 410
    assert address_of(nora) == nora.email
    assert client.post(link).status_code == 302


def test_a_link_ends_by_itself_by_a_newer_one_and_with_the_password(client, nora):
    first = asked(client)
    second = asked(client, "other@elsewhere.example")
    assert client.post(first).status_code == 410
    MailLink.objects.update(expires_at=timezone.now())
    assert client.post(second).status_code == 410
    third = asked(client)
    password_change(user=nora, old=PASSWORD, new="four random words here")
    client.force_login(nora)
    assert client.post(third).status_code == 410
    ask(client, password="four random words here")
    fourth = link_in(mail.outbox[-1])
    reset = link_in_mail_to(nora)
    Client().post(reset, {"password": "five random words are here"})
    client.force_login(User.objects.get(pk=nora.pk))
    assert client.post(fourth).status_code == 410
    assert address_of(nora) == nora.email


def test_a_link_to_the_old_address_sets_no_password_any_more(client, nora):
    reset = link_in_mail_to(nora)
    client.post(asked(client))
    assert Client().post(reset, {"password": "four random words here"}).status_code == 410
    assert User.objects.get(pk=nora.pk).check_password(PASSWORD)


@pytest.mark.django_db(transaction=True)
def test_an_address_is_given_to_one_of_two_who_want_it():
    clients = [signed_in(person(name)) for name in ("nora", "anna")]
    links = [asked(one) for one in clients]
    statuses = at_once(
        *[
            lambda one=one, link=link: one.post(link).status_code
            for one, link in zip(clients, links, strict=True)
        ]
    )
    assert sorted(statuses) == [200, 302]
    assert User.objects.filter(email=NEW).count() == 1


def test_mails_have_a_bound_and_come_in_the_language_of_the_account(client, nora):
    language_choose(user=nora, language="fi")
    pages = [ask(client).content.decode() for _ in range(4)]
    assert len(mail.outbox) == 3
    assert "Too many tries" in pages[-1]
    assert mail.outbox[0].subject == "[hazardmap] Vahvista uusi osoitteesi"


def test_guessing_the_password_has_a_bound(client, nora):
    for _ in range(5):
        ask(client, password="wrong")
    assert "too many tries" in ask(client).content.decode()
    assert not mail.outbox


def test_accounts_of_staff_get_theirs_in_the_administration(client, nora):
    link = asked(client)
    User.objects.filter(pk=nora.pk).update(is_staff=True)
    assert "in the administration" in client.post(link).content.decode()
    with pytest.raises(AccountsRefused, match="administration"):
        address_change_ask(user=User.objects.get(pk=nora.pk), email=NEW)
    assert "in the administration" in ask(client).content.decode()
    assert address_of(nora) == nora.email


def test_the_link_stands_in_no_log(client, nora, caplog):
    link = asked(client)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(nora)
    assert strict.post(link).status_code == 403
    logged = "".join(map(Redacted("%(message)s").format, caplog.records))
    assert "/account/address/[secret]/" in logged
    assert link.split("/")[-2] not in logged


def test_of_who_leaves_no_link_stays(client, nora):
    asked(client)
    client.post("/account/data/leave/", {"password": PASSWORD})
    assert not MailLink.objects.exists()
