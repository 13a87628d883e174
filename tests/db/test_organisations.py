"""Organisations: who may do what, and never without an owner."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import transaction
from django.utils import timezone

from hazardmap.accounts.models import ApiKey, MailLink, Membership
from hazardmap.accounts.services import (
    AccountsRefused,
    NotAllowed,
    Overlap,
    key_create,
    key_roll,
    member_invite,
    member_remove,
    member_set_role,
    organisation_close,
    organisation_create,
    permit,
)
from hazardmap.core.access.roles import ALLOWED, Act, Role
from tests.account_scene import founded, member, person
from tests.at_once import in_thread, somebody_waits
from tests.stack import wait_for

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", Role)
def test_the_table_is_what_is_enforced(role):
    organisation, _ = founded()
    actor = member(organisation, role)
    for act in Act:
        if act in ALLOWED[role]:
            assert permit(actor=actor, organisation_id=organisation.pk, act=act) == organisation
        else:
            with pytest.raises(NotAllowed, match=f"Your role here, {role}, may not: {act}"):
                permit(actor=actor, organisation_id=organisation.pk, act=act)


def test_the_last_owner_stays():
    organisation, olga = founded()
    second = member(organisation, Role.READER)
    for leave in (
        lambda: member_remove(organisation_id=organisation.pk, actor=olga, user_id=olga.pk),
        lambda: member_set_role(
            organisation_id=organisation.pk, actor=olga, user_id=olga.pk, role=Role.BILLING
        ),
    ):
        with pytest.raises(AccountsRefused, match="keeps an owner"):
            leave()
    member_set_role(organisation_id=organisation.pk, actor=olga, user_id=second.pk, role=Role.OWNER)
    member_remove(organisation_id=organisation.pk, actor=olga, user_id=olga.pk)
    assert list(Membership.objects.values_list("user", "role")) == [(second.pk, "owner")]
    with pytest.raises(NotAllowed):
        permit(actor=olga, organisation_id=organisation.pk, act=Act.LOOK)


def test_everybody_may_leave_and_only_owners_remove():
    organisation, olga = founded()
    reader, developer = member(organisation, Role.READER), member(organisation, Role.DEVELOPER)
    with pytest.raises(NotAllowed):
        member_remove(organisation_id=organisation.pk, actor=developer, user_id=reader.pk)
    member_remove(organisation_id=organisation.pk, actor=reader, user_id=reader.pk)
    member_remove(organisation_id=organisation.pk, actor=olga, user_id=developer.pk)
    with pytest.raises(NotAllowed, match="no such member"):
        member_remove(organisation_id=organisation.pk, actor=olga, user_id=developer.pk)
    assert Membership.objects.get().user == olga


def test_members_and_owners_are_told_of_what_others_change(
    mailoutbox, django_capture_on_commit_callbacks
):
    organisation, olga = founded()
    second, reader = (member(organisation, role) for role in (Role.OWNER, Role.READER))
    leaver = member(organisation, Role.BILLING)
    of = {"organisation_id": organisation.pk}

    def told(act, **who):
        del mailoutbox[:]
        with django_capture_on_commit_callbacks(execute=True):
            act(**of, **who)
        words = {" ".join(one.body.split()) for one in mailoutbox}
        assert len(words) <= 1
        return [one.to[0] for one in mailoutbox], "".join(words)

    to, words = told(member_set_role, actor=olga, user_id=reader.pk, role=Role.BILLING)
    assert to == [second.email, reader.email]
    assert f"{reader.email} belongs to Fleet on hazardmap, in the role: billing." in words
    assert told(member_set_role, actor=olga, user_id=reader.pk, role=Role.BILLING) == ([], "")
    to, words = told(member_remove, actor=olga, user_id=reader.pk)
    assert to == [second.email, reader.email]
    assert f"{reader.email} does not belong to Fleet" in words
    to, _words = told(member_remove, actor=leaver, user_id=leaver.pk)
    assert to == [olga.email, second.email], "who leaves knows"
    to, words = told(organisation_close, actor=olga)
    assert (to, "has closed Fleet" in words) == ([second.email], True)


def test_who_is_out_does_not_come_back_by_an_invitation_of_his_own():
    organisation, olga = founded()
    second = member(organisation, Role.OWNER)
    of = {"organisation_id": organisation.pk}
    for actor, email in ((olga, "new@fleet.example"), (second, "himself@elsewhere.example")):
        member_invite(**of, actor=actor, email=email, role=Role.OWNER, language="en")
    member_set_role(**of, actor=olga, user_id=second.pk, role=Role.READER)
    assert MailLink.objects.get().email == "new@fleet.example"


def test_a_closed_organisation_serves_nobody_and_is_kept():
    organisation, olga = founded()
    key_create(organisation=organisation, name="key", actor=olga)
    with pytest.raises(NotAllowed):
        organisation_close(
            organisation_id=organisation.pk, actor=member(organisation, Role.BILLING)
        )
    organisation_close(organisation_id=organisation.pk, actor=olga)
    assert ApiKey.objects.get().revoked_at <= timezone.now()
    assert not Membership.objects.exists()
    with pytest.raises(NotAllowed):
        permit(actor=olga, organisation_id=organisation.pk, act=Act.LOOK)


def test_founding_has_a_bound_and_needs_a_name(monkeypatch):
    monkeypatch.setattr("hazardmap.accounts.services.organisation_change.MOST_ORGANISATIONS", 1)
    olga = person()
    with pytest.raises(AccountsRefused, match="needs a name"):
        organisation_create(name="  ", owner=olga)
    organisation_create(name="One", owner=olga)
    with pytest.raises(AccountsRefused, match="at most 1"):
        organisation_create(name="Two", owner=olga)


def _makes(organisation, owner):
    key_create(organisation=organisation, name="new", actor=owner)


def _rolls(organisation, owner):
    old = organisation.keys.get()
    key_roll(kid=old.kid, actor=owner, overlap=Overlap.DAY)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("make", [_makes, _rolls])
@pytest.mark.parametrize("closes_first", [True, False])
def test_no_key_outlives_an_organisation_that_closes_while_it_is_made(make, closes_first):
    organisation, olga = founded()
    key_create(organisation=organisation, name="key", actor=olga)

    def close():
        organisation_close(organisation_id=organisation.pk, actor=olga)

    first, second = close, lambda: make(organisation, olga)
    if not closes_first:
        first, second = second, first
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first()
            later = in_thread(pool, second)
            wait_for("the second", lambda: later.done() or somebody_waits(), timeout_s=10)
        refused = later.exception(20)
    assert isinstance(refused, NotAllowed) == closes_first
    assert not ApiKey.objects.filter(revoked_at=None).exists()
