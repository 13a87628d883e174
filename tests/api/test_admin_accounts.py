"""What administrators do to accounts, others' and their own."""

import re

import pytest
from django.test import Client

from hazardmap.accounts.models import SignIn, User
from hazardmap.accounts.services import account_leave

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
