"""What administrators do to accounts, others' and their own."""

import re

import pytest
from django.test import Client

from hazardmap.accounts.models import Membership, Organisation, SignIn, User
from hazardmap.accounts.services import account_leave, organisation_close
from hazardmap.core.access.roles import Role
from tests.account_scene import founded, member, person

pytestmark = pytest.mark.django_db


def test_whose_address_or_password_an_administrator_sets_is_told(
    client, boss, mailoutbox, django_capture_on_commit_callbacks
):
    """Or whoever may edit accounts could take over any of them without a trace for its owner."""
    ann = User.objects.create_user("ann@drivers.example", "a long enough password")
    theirs, page = Client(), f"/admin/accounts/user/{ann.pk}"
    client.post("/login/reset/", {"email": ann.email})
    link = re.search(r"(/login/reset/\S+)", mailoutbox[0].body)[1]
    with django_capture_on_commit_callbacks(execute=True):
        form = {"email": "new@drivers.example", "name": "Ann", "is_active": "on"}
        assert client.post(f"{page}/change/", form).status_code == 302
        client.post(f"{page}/change/", form | {"name": "Anna"})
    assert [one.to for one in mailoutbox[1:]] == [["ann@drivers.example"]]
    assert "new@drivers.example" in mailoutbox[1].body
    assert theirs.post(link, {"password": "another long one"}).status_code == 410
    theirs.force_login(User.objects.get(pk=ann.pk))
    theirs.get("/account/")
    password = {"password1": "another long one", "password2": "another long one"}
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(f"{page}/password/", password | {"usable_password": "true"})
        assert answer.status_code == 302
    assert mailoutbox[2].to == ["new@drivers.example"]
    assert "password was changed" in mailoutbox[2].body
    assert not SignIn.objects.filter(user=ann).exists()
    assert User.objects.get(pk=ann.pk).check_password("another long one")
    assert client.get("/admin/").status_code == 200


def test_staff_change_their_password_where_everybody_does(client, boss):
    """There guessing the old one is bounded, other sessions end, and the owner is told."""
    answer = client.get("/admin/password_change/")
    assert (answer.status_code, answer["Location"]) == (302, "/account/security/")
    own = {"password1": "another long one", "password2": "another long one"}
    for pk in (boss.pk, boss.pk.hex):
        answer = client.post(f"/admin/accounts/user/{pk}/password/", own)
        assert (answer.status_code, answer["Location"]) == (302, "/account/security/")
    old = {"old_password": "a long enough password"}
    new = {"new_password1": "another long one", "new_password2": "another long one"}
    client.post("/admin/password_change/", old | new)
    assert User.objects.get(pk=boss.pk).check_password("a long enough password")


def test_an_account_that_was_left_is_not_brought_back(client, boss):
    ann = User.objects.create_user("ann@drivers.example", "a long enough password")
    account_leave(user=ann)
    address = f"/admin/accounts/user/{ann.pk}/change/"
    assert client.get(address).status_code == 200
    form = {"email": "ann@drivers.example", "name": "", "is_active": "on"}
    assert client.post(address, form).status_code == 403


def team(*rows):
    """The form of an organisation: rows of a membership or None, whose, its role, and whether it
    goes.
    """
    old = sum(row is not None for row, *_ in rows)
    form = {"name": "Fleet"} | {"membership_set-TOTAL_FORMS": len(rows)}
    form |= {"membership_set-INITIAL_FORMS": old}
    for number, (row, user, role, goes) in enumerate(rows):
        fields = {"id": row.pk if row else "", "user": user.pk, "role": role}
        fields |= {"DELETE": "on"} if goes else {}
        form |= {f"membership_set-{number}-{name}": value for name, value in fields.items()}
    return form


def test_who_is_put_into_an_organisation_or_out_of_it_is_told_and_so_are_its_owners(
    client, boss, mailoutbox, django_capture_on_commit_callbacks
):
    """Or whoever may edit organisations could see the bills of any of them unnoticed."""
    organisation, olga = founded()
    reader, eve = member(organisation, Role.READER), person("eve")
    User.objects.filter(pk=olga.pk).update(language="de")
    owner, other = Membership.objects.order_by("pk")
    page = f"/admin/accounts/organisation/{organisation.pk}/change/"
    changed = team(
        (owner, olga, "owner", False), (other, reader, "reader", True), (None, eve, "owner", False)
    )
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(page, changed).status_code == 302
    assert [one.to for one in mailoutbox] == [
        *([eve.email], [olga.email]),
        *([eve.email], [olga.email], [reader.email]),
    ]
    assert "in the role: owner" in " ".join(mailoutbox[0].body.split())
    assert mailoutbox[1].subject == "[hazardmap] Mitglieder von Fleet haben sich geändert"
    assert f"{reader.email} does not belong to Fleet" in " ".join(mailoutbox[4].body.split())
    with django_capture_on_commit_callbacks(execute=True):
        client.post(page, team((owner, olga, "owner", False)) | {"name": "Fleets"})
    assert len(mailoutbox) == 5, "another name is no news of a member"


def test_an_organisation_keeps_an_owner_and_is_never_deleted(client, boss):
    organisation, olga = founded()
    owner = Membership.objects.get()
    page = f"/admin/accounts/organisation/{organisation.pk}"
    for row in ((owner, olga, "reader", False), (owner, olga, "", False)):
        assert client.post(f"{page}/change/", team(row)).status_code == 200
    answer = client.post(f"{page}/change/", team((owner, olga, "reader", False)))
    assert "keeps an owner" in answer.content.decode()
    assert Membership.objects.get().role == Role.OWNER
    assert client.post(f"{page}/delete/", {"post": "yes"}).status_code == 403
    organisation_close(organisation_id=organisation.pk, actor=olga)
    assert client.get(f"{page}/change/").status_code == 200
    again = client.post(f"{page}/change/", team((None, olga, "owner", False)))
    assert again.status_code == 403, "nobody is put into one that is closed"
    assert Organisation.objects.get().closed_at
