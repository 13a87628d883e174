"""From an address to an account and back into it: links by mail, good once and for a while."""

import re
from datetime import timedelta
from importlib import import_module

import pytest
from django.core import mail
from django.db.models import F
from django.test import Client
from django.utils import timezone

from hazardmap.accounts.login import TRIES_PER_ACCOUNT_AND_ADDRESS
from hazardmap.accounts.models import Consent, LoginTries, MailLink, Membership, User
from hazardmap.accounts.services import (
    AccountsRefused,
    NotAllowed,
    language_choose,
    member_invite,
    organisation_create,
    password_change,
)
from hazardmap.accounts.services.member_invite import FROM_ONE
from hazardmap.accounts.tries import Total, Tries
from hazardmap.core.access.roles import Role
from hazardmap.platform.log_lines import Redacted
from hazardmap.platform.mail import MailFailed
from tests.account_scene import PASSWORD, founded, link_in, link_in_mail_to, member, person
from tests.at_once import at_once

pytestmark = pytest.mark.django_db
NEW = {"name": "Nora", "password": "four random words here", "terms": "on"}


def asked(client, email="Nora@Fleet.example", headers=None, **more):
    return client.post("/signup/", {"email": email, **more}, headers=headers)


def test_a_link_makes_an_account_once_and_one_is_signed_in(client):
    page = asked(client, next="/portal/")
    assert "nora@fleet.example" in page.content.decode()
    assert '<a href="/signup/">Ask for a new one</a>' in page.content.decode()
    link = link_in(mail.outbox[0])
    assert client.get(link).status_code == 200
    assert not User.objects.exists(), "looking is not following"
    answer = client.post(link, NEW | {"uploads": "on"})
    assert (answer.status_code, answer.url) == (302, "/portal/")
    nora = User.objects.get()
    assert (nora.email, nora.name) == ("nora@fleet.example", "Nora")
    assert client.get("/account/").status_code == 200
    agreed = Consent.objects.values_list("document", "version")
    assert {document for document, _ in agreed} == {"terms", "uploads"}
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", version) for _, version in agreed)
    assert client.post(link, NEW).status_code == 410


def test_nobody_learns_from_us_who_has_an_account(client):
    person("nora")
    known, unknown = asked(client), asked(client, "new@fleet.example")
    assert known.status_code == unknown.status_code == 200
    assert known.content.decode().replace("nora@", "new@") == unknown.content.decode()
    assert [one.to for one in mail.outbox] == [["nora@fleet.example"], ["new@fleet.example"]]
    assert "/signup/" not in mail.outbox[0].body
    client.post("/login/reset/", {"email": "nobody@fleet.example"})
    assert "no account" in mail.outbox[2].body


def test_mails_come_in_the_language_of_the_account(client):
    asked(client, headers={"Accept-Language": "fi"})
    assert mail.outbox[0].subject == "[hazardmap] Vahvista osoitteesi"
    client.post(link_in(mail.outbox[0]), NEW, headers={"Accept-Language": "fi"})
    nora = User.objects.get()
    assert nora.language == "fi", "the language of the page where the account was made"
    client.post("/login/reset/", {"email": nora.email}, headers={"Accept-Language": "en"})
    assert mail.outbox[1].subject == "[hazardmap] Valitse uusi salasana"
    client.post("/account/data/language/", {"language": "de"})
    client.post("/account/data/language/", {"language": "tlh"})
    client.post("/login/reset/", {"email": nora.email})
    assert mail.outbox[2].subject == "[hazardmap] Wählen Sie ein neues Passwort"
    assert mail.outbox[2].extra_headers["Content-Language"] == "de"


def test_an_invitation_comes_in_the_language_of_whoever_is_invited(client):
    organisation, olga = founded()
    anna = person("anna")
    language_choose(user=anna, language="es")
    client.force_login(olga)
    for email in [anna.email, "new@fleet.example"]:
        form = {"email": email, "role": "billing"}
        address = f"/portal/{organisation.pk}/team/invite/"
        client.post(address, form, headers={"Accept-Language": "de"})
    assert [one.subject for one in mail.outbox] == [
        "[hazardmap] Tienes una invitación",
        "[hazardmap] Sie sind eingeladen",
    ]
    assert "con el rol: facturación" in mail.outbox[0].body


@pytest.mark.parametrize("over", [{"password": "short"}, {"password": "password1"}, {"terms": ""}])
def test_a_weak_password_or_no_consent_makes_no_account_and_costs_no_link(client, over):
    asked(client)
    link = link_in(mail.outbox[0])
    page = client.post(link, NEW | over)
    assert page.status_code == 200
    assert 'role="alert"' in page.content.decode()
    assert not User.objects.exists()
    assert client.post(link, NEW).status_code == 302


def test_links_expire_and_a_newer_one_replaces_the_older(client):
    asked(client)
    asked(client)
    first, second = (link_in(one) for one in mail.outbox)
    assert client.get(first).status_code == 410
    MailLink.objects.update(expires_at=timezone.now())
    assert client.post(second, NEW).status_code == 410
    assert not User.objects.exists()


def test_asking_for_mail_has_a_bound(client):
    for _ in range(5):
        page = asked(client)
    assert len(mail.outbox) == 3
    assert "Too many tries" in page.content.decode()


@pytest.mark.parametrize("page", ["/signup/", "/login/reset/"])
def test_nobody_gets_many_mails_from_wherever_they_are_asked_for(client, page):
    def ask(email="victim@example.org", number=0):
        where = {"REMOTE_ADDR": f"2001:db8:{number:x}::1"}
        return client.post(page, {"email": email}, **where).content.decode()

    said = [ask(number=number) for number in range(8)]
    assert len(mail.outbox) == 5
    assert ["Use the last one" in one for one in said] == 5 * [False] + 3 * [True]
    ask("another@example.org")
    other_page = "/signup/" if page == "/login/reset/" else "/login/reset/"
    client.post(other_page, {"email": "victim@example.org"})
    assert len(mail.outbox) == 7, "others get theirs, and so does who asks for something else"
    LoginTries.objects.update(started_at=timezone.now() - timedelta(minutes=61))
    ask(number=9)
    assert len(mail.outbox) == 8


def test_who_is_told_to_wait_for_mail_has_a_link_that_works(client):
    User.objects.create_user("victim@example.org", "an old pass phrase")
    for number in range(6):
        where = {"REMOTE_ADDR": f"2001:db8:{number:x}::1"}
        client.post("/login/reset/", {"email": "victim@example.org"}, **where)
    assert len(mail.outbox) == 5
    first = LoginTries.objects.order_by("started_at").first().started_at
    assert MailLink.objects.get().expires_at > first + timedelta(hours=1)
    assert client.post(link_in(mail.outbox[-1]), NEW).url == "/login/"


def test_one_network_asks_for_ten_mails_a_day_whatever_it_calls_itself(client):
    for number in range(12):
        where = {"REMOTE_ADDR": f"2001:db8:0:{number:x}::1"}
        page = client.post("/signup/", {"email": "victim@example.org"}, **where)
        LoginTries.objects.update(started_at=F("started_at") - timedelta(minutes=61))
    assert len(mail.outbox) == 10
    assert "ask again tomorrow" in page.content.decode(), "in an hour would be told the same"
    client.post("/signup/", {"email": "victim@example.org"}, REMOTE_ADDR="2001:db8:1::1")
    assert len(mail.outbox) == 11


def test_a_page_of_another_site_is_never_next(client):
    asked(client, next="https://evil.example/")
    assert client.post(link_in(mail.outbox[0]), NEW).url == "/account/"


def test_without_a_mail_server_nothing_is_half_done(client, monkeypatch):
    def fail(**_):
        raise MailFailed

    monkeypatch.setattr("hazardmap.accounts.services.sign_up.mail_send", fail)
    assert "No mail can be sent" in asked(client).content.decode()


def test_a_new_password_ends_every_session_and_the_link(client):
    nora, other = person("nora"), Client()
    other.force_login(nora)
    client.post("/login/reset/", {"email": nora.email})
    link = link_in(mail.outbox[0])
    assert client.post(link, {"password": "short"}).status_code == 200
    set_now = client.post(link, {"password": NEW["password"]}, follow=True)
    assert set_now.redirect_chain == [("/login/", 302)]
    assert "The password is set. Sign in with it." in set_now.content.decode()
    assert other.get("/account/").status_code == 302
    assert client.post(link, {"password": NEW["password"]}).status_code == 410
    signed = client.post("/login/", {"username": nora.email, "password": NEW["password"]})
    assert signed.status_code == 302


def test_who_has_forgotten_the_password_signs_in_with_the_new_one_after_too_many_tries(client):
    nora = person("nora")
    for _ in range(TRIES_PER_ACCOUNT_AND_ADDRESS + 1):
        page = client.post("/login/", {"username": nora.email, "password": "was it this"})
    assert "Too many tries" in page.content.decode()
    client.post(link_in_mail_to(nora), {"password": NEW["password"]})
    signed = client.post("/login/", {"username": nora.email, "password": NEW["password"]})
    assert signed.status_code == 302


def test_sessions_that_a_new_password_has_ended_are_not_shown_as_open(client):
    nora, other = person("nora"), Client(headers={"User-Agent": "Mozilla/5.0 Firefox/150.0"})
    other.force_login(nora)
    other.get("/account/")
    client.post(link_in_mail_to(nora), {"password": NEW["password"]})
    client.post("/login/", {"username": nora.email, "password": NEW["password"]})
    page = client.get("/account/security/").content.decode()
    assert page.count("this one") == 1
    assert "Firefox" not in page


def test_a_changed_password_ends_the_links_to_a_new_one(client):
    """Whoever has read the mailbox meanwhile comes in by none of them."""
    nora = person("nora")
    link = link_in_mail_to(nora)
    password_change(user=nora, old=PASSWORD, new=NEW["password"])
    assert client.post(link, {"password": "another long pass phrase"}).status_code == 410
    assert User.objects.get().check_password(NEW["password"])


def test_a_link_that_still_works_stands_in_no_log(caplog):
    """A form without its token (CSRF) is logged with its address, and leaves the link as it was."""
    strict = Client(enforce_csrf_checks=True)
    link = link_in_mail_to(person("nora"))
    assert strict.post(link, {"password": NEW["password"]}).status_code == 403
    logged = "".join(map(Redacted("%(message)s").format, caplog.records))
    assert "/login/reset/[secret]/" in logged
    assert link.split("/")[-2] not in logged
    assert strict.get(link).status_code == 200


def test_mails_lead_to_the_site_whatever_host_was_named(client, settings):
    """Whoever asks names the host: of a wildcard, or with any port, where somebody else serves."""
    settings.ALLOWED_HOSTS = [".example.org"]
    nora = person("nora")
    for page, email in (("login/reset", nora.email), ("signup", "new@fleet.example")):
        client.post(f"/{page}/", {"email": email}, headers={"host": "blog.example.org:81"})
    assert len(mail.outbox) == 2
    assert all("blog" not in one.body and f"{settings.SITE}/" in one.body for one in mail.outbox)


def invite(organisation, actor, email, role=Role.DEVELOPER):
    member_invite(
        organisation_id=organisation.pk,
        actor=actor,
        email=email,
        role=role,
        language="en",
    )
    return link_in(mail.outbox[-1])


def test_an_invitation_makes_account_and_member_at_once(client):
    organisation, olga = founded()
    answer = client.post(invite(organisation, olga, "nora@fleet.example"), NEW)
    assert answer.url == f"/portal/{organisation.pk}/"
    assert Membership.objects.get(user__email="nora@fleet.example").role == "developer"


@pytest.mark.django_db(transaction=True)
def test_two_links_to_one_address_at_once_make_one_account():
    """The one that it asked for, and an invitation that came meanwhile."""
    organisation, olga = founded()
    asked(Client())
    links = link_in(mail.outbox[-1]), invite(organisation, olga, "nora@fleet.example")
    statuses = at_once(*[lambda link=link: Client().post(link, NEW).status_code for link in links])
    assert sorted(statuses) == [200, 302]
    assert User.objects.filter(email="nora@fleet.example").count() == 1


def test_invitations_are_no_mail_relay(client):
    for number in range(3):
        organisation, owner = founded(f"Fleet {number}", f"owner-{number}")
        invite(organisation, owner, "victim@elsewhere.example")
    organisation, olga = founded()
    with pytest.raises(AccountsRefused, match="go on tomorrow"):
        invite(organisation, olga, "Victim@elsewhere.example")
    other = organisation_create(name="Another", owner=olga)
    for number in range(FROM_ONE.most):
        invite((organisation, other)[number % 2], olga, f"{number}@elsewhere.example")
    sent = len(mail.outbox)
    with pytest.raises(AccountsRefused, match="go on tomorrow"):
        invite(other, olga, "one-more@elsewhere.example")
    assert len(mail.outbox) == sent
    LoginTries.objects.update(started_at=timezone.now() - timedelta(hours=23))
    with pytest.raises(AccountsRefused, match="go on tomorrow"):
        invite(other, olga, "one-more@elsewhere.example")
    LoginTries.objects.update(started_at=timezone.now() - timedelta(hours=25))
    invite(other, olga, "one-more@elsewhere.example")


def test_an_organisation_invites_so_many_a_day_whoever_does_it(monkeypatch):
    service = import_module("hazardmap.accounts.services.member_invite")
    monkeypatch.setattr(service, "OF_ORGANISATION", Total("few", 2))
    organisation, olga = founded()
    second = member(organisation, Role.OWNER)
    invite(organisation, olga, "1@elsewhere.example")
    invite(organisation, second, "2@elsewhere.example")
    with pytest.raises(AccountsRefused, match="go on tomorrow"):
        invite(organisation, second, "3@elsewhere.example")


def test_signing_in_wrongly_forgets_no_count_of_the_day():
    organisation, olga = founded()
    invite(organisation, olga, "1@elsewhere.example")
    counted = LoginTries.objects.count()
    LoginTries.objects.update(started_at=timezone.now() - timedelta(hours=2))
    Tries("login", 5, 50).too_many("somebody", "192.0.2.1")
    assert LoginTries.objects.count() == counted + 2


def test_names_hold_no_links(client):
    olga = person("olga")
    with pytest.raises(AccountsRefused, match="no link"):
        organisation_create(name="Win at https://evil.example", owner=olga)
    client.post("/signup/", {"email": "nora@fleet.example"})
    page = client.post(link_in(mail.outbox[0]), NEW | {"name": "You won at evil.example"})
    assert "A name holds no link" in page.content.decode()
    assert not User.objects.filter(email="nora@fleet.example").exists()


def test_an_invitation_is_for_its_address_alone(client):
    organisation, olga = founded()
    nora = person("nora")
    link = invite(organisation, olga, nora.email, Role.READER)
    assert f"/login/?next={link}" in client.get(link).content.decode()
    client.force_login(person("eve"))
    assert "The invitation is for nora@" in client.post(link).content.decode()
    client.force_login(nora)
    assert client.post(link).url == f"/portal/{organisation.pk}/"
    assert Membership.objects.get(user=nora).role == "reader"


def test_who_invites_whom():
    organisation, olga = founded()
    for role in (Role.BILLING, Role.DEVELOPER, Role.READER):
        with pytest.raises(NotAllowed):
            invite(organisation, member(organisation, role), "x@fleet.example")
    with pytest.raises(AccountsRefused, match="member already"):
        invite(organisation, olga, olga.email)
    with pytest.raises(AccountsRefused, match="no e-mail address"):
        invite(organisation, olga, "nonsense")
    assert not mail.outbox
