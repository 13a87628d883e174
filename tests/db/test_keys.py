"""Keys: made, limited, rolled, revoked and found by those who may, and each act written down."""

import sys
from datetime import timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from hazardmap.accounts.models import ApiKey, KeyEvent
from hazardmap.accounts.selectors import keys_of, keys_without_rights
from hazardmap.accounts.services import (
    AccountsRefused,
    KeyRefused,
    NotAllowed,
    Overlap,
    key_admit,
    key_create,
    key_limit,
    key_report_leaked,
    key_revoke,
    key_roll,
    language_choose,
)
from hazardmap.core.access.key_limits import KeyLimits
from hazardmap.core.access.roles import Act, Role, may
from hazardmap.core.access.scopes import Environment, Scope
from tests.account_scene import founded, member, person

pytestmark = pytest.mark.django_db
FROM = {"REMOTE_ADDR": "192.0.2.7"}


def admitted(token, **meta):
    return key_admit(token=token, meta=FROM | meta)


def events(kid):
    return list(KeyEvent.objects.filter(key=kid).order_by("id").values_list("verb", flat=True))


def test_a_key_may_do_what_it_was_made_for_and_shows_only_its_ends():
    organisation, olga = founded()
    new = key_create(organisation=organisation, name=" van ", actor=olga, scopes=[Scope.TILES])
    row = ApiKey.objects.get()
    assert (row.name, row.last4, row.prefix) == ("van", new.token[-4:], f"hm_key_{new.kid}")
    assert new.token not in repr(new)
    assert admitted(new.token).scopes == {Scope.TILES}
    assert admitted(new.token[:-1] + ("a" if new.token[-1] != "a" else "b")) is None
    assert events(new.kid) == ["created"]
    assert KeyEvent.objects.get().actor_id == olga.pk


@pytest.mark.parametrize("role", Role)
def test_only_roles_of_the_table_manage_keys(role):
    organisation, olga = founded()
    kid = key_create(organisation=organisation, name="key", actor=olga).kid
    actor = member(organisation, role)
    acts = [
        lambda: key_create(organisation=organisation, name="mine", actor=actor),
        lambda: key_limit(kid=kid, actor=actor, name="other", limits=KeyLimits()),
        lambda: key_roll(kid=kid, actor=actor, overlap=Overlap.DAY),
        lambda: key_revoke(kid=kid, actor=actor),
    ]
    for act in acts:
        if may(role, Act.MANAGE_KEYS):
            act()
        else:
            with pytest.raises(NotAllowed, match=role):
                act()
    assert ApiKey.objects.count() == (3 if may(role, Act.MANAGE_KEYS) else 1)


def test_keys_of_others_look_as_if_they_were_not_there():
    organisation, olga = founded()
    kid = key_create(organisation=organisation, name="key", actor=olga).kid
    stranger = founded("Other", "sven")[1]
    for one in (kid, "a" * 16):
        with pytest.raises(NotAllowed, match="There is no such"):
            key_revoke(kid=one, actor=stranger)
    assert admitted_count(kid)


def admitted_count(kid):
    return ApiKey.objects.filter(kid=kid, revoked_at=None).count()


def test_who_left_or_was_switched_off_may_nothing():
    organisation, _ = founded()
    other = member(organisation, Role.OWNER)
    other.is_active = False
    other.save()
    with pytest.raises(NotAllowed):
        key_create(organisation=organisation, name="key", actor=other)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": " "}, "needs a name"),
        ({"scopes": []}, "at least one scope"),
        ({"expires_at": timezone.now() - timedelta(seconds=1)}, "in the future"),
    ],
)
def test_a_key_that_makes_no_sense_is_not_made(wrong, words):
    organisation, olga = founded()
    with pytest.raises(AccountsRefused, match=words):
        key_create(**({"organisation": organisation, "name": "key", "actor": olga} | wrong))
    assert not ApiKey.objects.exists()


def test_a_rolled_key_works_until_the_overlap_is_over():
    organisation, olga = founded()
    old = key_create(organisation=organisation, name="key", actor=olga, scopes=[Scope.HAZARDS])
    new = key_roll(kid=old.kid, actor=olga, overlap=Overlap.HOUR)
    assert admitted(old.token).scopes == admitted(new.token).scopes == {Scope.HAZARDS}
    assert admitted(new.token).key_id != old.kid
    with pytest.raises(AccountsRefused, match="rolled already"):
        key_roll(kid=old.kid, actor=olga, overlap=Overlap.NOW)
    over = timezone.now() + timedelta(hours=1, seconds=1)
    assert ApiKey.objects.filter(expires_at__lt=over).get().kid == old.kid
    newest = key_roll(kid=new.kid, actor=olga, overlap=Overlap.NOW)
    assert admitted(new.token) is None
    assert admitted(newest.token)
    assert keys_without_rights(since=timezone.now() - timedelta(minutes=1)) == {new.kid}
    assert events(old.kid) == ["created", "rolled"]


def test_rolling_never_lengthens_a_life():
    organisation, olga = founded()
    soon = timezone.now() + timedelta(minutes=5)
    old = key_create(organisation=organisation, name="key", actor=olga, expires_at=soon)
    new = key_roll(kid=old.kid, actor=olga, overlap=Overlap.WEEK)
    assert set(ApiKey.objects.values_list("expires_at", flat=True)) == {soon}
    assert new.kid != old.kid


def test_a_key_is_refused_where_it_may_not_be_used():
    organisation, olga = founded()
    limits = KeyLimits.read(["https://Fleet.example/"], ["192.0.2.0/24"])
    key = key_create(organisation=organisation, name="key", actor=olga, limits=limits)
    assert admitted(key.token, HTTP_ORIGIN="https://fleet.example")
    assert admitted(key.token, HTTP_REFERER="https://fleet.example/map?x=1")
    for wrong in ({}, {"HTTP_ORIGIN": "https://evil.example"}, {"HTTP_ORIGIN": "null"}):
        with pytest.raises(KeyRefused, match="origins"):
            admitted(key.token, **wrong)
    with pytest.raises(KeyRefused, match="address"):
        admitted(key.token, HTTP_ORIGIN="https://fleet.example", REMOTE_ADDR="198.51.100.1")
    key_limit(kid=key.kid, actor=olga, name="", limits=KeyLimits())
    assert admitted(key.token, REMOTE_ADDR="198.51.100.1")
    assert ApiKey.objects.get().name == "key"


def test_the_last_use_is_written_once_a_minute(django_assert_num_queries):
    organisation, olga = founded()
    key = key_create(organisation=organisation, name="key", actor=olga)
    with django_assert_num_queries(2):
        admitted(key.token)
    with django_assert_num_queries(1):
        admitted(key.token, REMOTE_ADDR="198.51.100.1")
    row = ApiKey.objects.get()
    assert row.last_used_from == "192.0.2.7"
    ApiKey.objects.update(last_used_at=timezone.now() - timedelta(seconds=61))
    admitted(key.token, REMOTE_ADDR="2001:db8::1")
    assert ApiKey.objects.get().last_used_from == "2001:db8::1"


def test_a_test_key_is_told_apart_and_not_billed():
    organisation, olga = founded()
    live = key_create(organisation=organisation, name="live", actor=olga)
    test = key_create(
        organisation=organisation, name="test", actor=olga, environment=Environment.TEST
    )
    assert test.token.startswith("hm_test_")
    assert admitted(test.token).test
    assert admitted(test.token.replace("hm_test_", "hm_key_")).test, "the row says what it is"
    assert keys_of(organisation.pk) == [live.kid]


def test_a_found_key_is_revoked_and_its_people_are_told(django_capture_on_commit_callbacks):
    organisation, olga = founded()
    language_choose(user=olga, language="de")
    dora, _ = member(organisation, Role.DEVELOPER), member(organisation, Role.BILLING)
    key = key_create(organisation=organisation, name="van", actor=olga)
    guess = key.token[:-4] + "aaaa"
    with django_capture_on_commit_callbacks(execute=True):
        assert key_report_leaked(token=guess) is None
        assert key_report_leaked(token=key.kid) is None
        assert admitted(key.token)
        assert key_report_leaked(token=f" {key.token}\n") == key.kid
        assert key_report_leaked(token=key.token) == key.kid, "known already, told once"
    assert admitted(key.token) is None
    assert sorted(to for one in mail.outbox for to in one.to) == sorted([olga.email, dora.email])
    assert all(key.token[-52:] not in one.body for one in mail.outbox)
    link = f"\nhttp://127.0.0.1:8000/portal/{organisation.pk}/keys/\n"
    assert all(link in one.body for one in mail.outbox)
    assert {one.extra_headers["Auto-Submitted"] for one in mail.outbox} == {"auto-generated"}
    subjects = {one.to[0]: one.subject for one in mail.outbox}
    assert subjects[dora.email] == "[hazardmap] A key of Fleet was found and revoked"
    assert subjects[olga.email] == (
        "[hazardmap] Ein Schlüssel von Fleet wurde gefunden und widerrufen"
    )
    assert events(key.kid) == ["created", "leaked"]


def test_the_operator_revokes_what_was_found_by_a_command(monkeypatch):
    organisation, olga = founded()
    key = key_create(organisation=organisation, name="van", actor=olga)
    monkeypatch.setattr("sys.stdin", StringIO(f"{key.token}\nnonsense\n"))
    with pytest.raises(CommandError, match="1 of 2 are no keys"):
        call_command("revoke_key", leaked=True)
    assert admitted(key.token) is None


def test_the_database_refuses_unknown_scopes_and_none():
    organisation, _ = founded()
    for scopes in (["everything"], []):
        with pytest.raises(IntegrityError), transaction.atomic():
            ApiKey.objects.create(
                kid="a" * 16, secret_sha256=b"", organisation=organisation, scopes=scopes
            )


def test_an_organisation_has_a_bounded_number_of_keys(monkeypatch):
    monkeypatch.setattr(sys.modules[key_create.__module__], "MOST_KEYS", 1)
    organisation, _ = founded()
    key_create(organisation=organisation, name="one")
    with pytest.raises(AccountsRefused, match="at most 1"):
        key_create(organisation=organisation, name="two")
    assert person("nobody").organisations.count() == 0
