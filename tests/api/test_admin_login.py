"""Guessing passwords at the admin's door."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from hazardmap.accounts.login import (
    SIGNING_IN,
    TO_ACCOUNT,
    TOO_MANY,
    TOO_MANY_OF_ALL,
    TRIES_PER_ACCOUNT_AND_ADDRESS,
    TRIES_PER_ADDRESS,
)
from hazardmap.accounts.models import LoginTries, User
from hazardmap.platform.client_address import client_address, client_network

pytestmark = pytest.mark.django_db
EMAIL, PASSWORD = "staff@hazardmap.example", "correct horse battery"


@pytest.fixture(autouse=True)
def _staff():
    User.objects.create_user(EMAIL, PASSWORD, is_staff=True)


def sign_in(client, password, email=EMAIL, address="192.0.2.1", **headers):
    return client.post(
        "/admin/login/?next=/admin/",
        {"username": email, "password": password},
        REMOTE_ADDR=address,
        **headers,
    )


def test_the_right_password_opens(client):
    assert sign_in(client, PASSWORD).url == "/admin/"
    assert not LoginTries.objects.filter(tries__gt=1).exists()


def test_after_five_wrong_passwords_even_the_right_one_is_not_looked_at(client):
    for _ in range(TRIES_PER_ACCOUNT_AND_ADDRESS):
        assert str(TOO_MANY) not in sign_in(client, "wrong").content.decode()
    response = sign_in(client, PASSWORD)
    assert response.status_code == 200
    assert str(TOO_MANY) in response.content.decode()


def test_writing_the_address_otherwise_does_not_help(client):
    for email in [EMAIL, EMAIL.upper(), f" {EMAIL}", EMAIL.title(), EMAIL]:
        sign_in(client, "wrong", email=email)
    assert str(TOO_MANY) in sign_in(client, PASSWORD).content.decode()


def test_one_guesser_does_not_lock_out_people_elsewhere(client):
    for _ in range(TRIES_PER_ACCOUNT_AND_ADDRESS + 1):
        sign_in(client, "wrong", address="198.51.100.7")
    assert sign_in(client, PASSWORD).url == "/admin/"


def test_many_guessers_together_have_a_bound_that_a_new_password_lifts(
    client, mailoutbox, settings
):
    for _ in range(TO_ACCOUNT.most):
        assert not TO_ACCOUNT.too_many(EMAIL)
    assert str(TOO_MANY_OF_ALL) in sign_in(client, PASSWORD).content.decode()
    client.post("/login/reset/", {"email": EMAIL})
    link = re.search(rf"{settings.SITE}(/\S+)", mailoutbox[0].body)[1]
    new = "another long pass phrase"
    assert client.post(link, {"password": new, "new_password1": new}).status_code == 302
    assert sign_in(client, new).url == "/admin/"


def test_a_success_forgets_the_slips_before_it(client):
    for _ in range(3):
        for _ in range(TRIES_PER_ACCOUNT_AND_ADDRESS - 1):
            sign_in(client, "wrong")
        assert sign_in(client, PASSWORD).status_code == 302
        client.logout()


def test_one_address_cannot_try_many_accounts(client):
    for number in range(TRIES_PER_ADDRESS):
        sign_in(client, "wrong", email=f"guess{number}@x.example")
    rows = LoginTries.objects.count()
    assert str(TOO_MANY) in sign_in(client, PASSWORD).content.decode()
    sign_in(client, "wrong", email="one-more@x.example")
    assert LoginTries.objects.count() == rows, "nor fill a table with names that it makes up"


def test_a_company_behind_one_address_signs_in_in_the_morning():
    address = "192.0.2.1"
    for number in range(TRIES_PER_ADDRESS + 1):
        assert not SIGNING_IN.too_many(f"driver{number}@x.example", address)
        SIGNING_IN.forget(f"driver{number}@x.example", address)
    for _ in range(TRIES_PER_ADDRESS):
        SIGNING_IN.too_many(EMAIL, address)
    assert SIGNING_IN.too_many("driver1@x.example", address), "what went wrong is not forgotten"


def test_waiting_opens_the_door_again(client):
    for _ in range(TRIES_PER_ACCOUNT_AND_ADDRESS + 1):
        sign_in(client, "wrong")
    LoginTries.objects.update(started_at=timezone.now() - timedelta(minutes=16))
    assert sign_in(client, PASSWORD).status_code == 302


def test_people_who_are_not_staff_stay_outside(client):
    User.objects.create_user("driver@x.example", PASSWORD)
    assert sign_in(client, PASSWORD, email="driver@x.example").status_code == 200


def test_a_forwarded_address_counts_only_behind_our_own_proxy(rf, settings):
    request = rf.get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR="203.0.113.9, 192.0.2.55")
    settings.SECURE_PROXY_SSL_HEADER = None
    assert client_address(request) == "192.0.2.1"
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert client_address(request) == "192.0.2.55"


def test_all_addresses_of_one_ipv6_household_are_one(rf):
    first = rf.get("/", REMOTE_ADDR="2001:db8:1:2:aaaa::1")
    second = rf.get("/", REMOTE_ADDR="2001:db8:1:2:bbbb::2")
    other = rf.get("/", REMOTE_ADDR="2001:db8:1:3::1")
    assert client_address(first) == client_address(second) != client_address(other)


def test_addresses_of_ipv4_in_the_dress_of_ipv6_are_not_one_household(rf):
    """As a balancer that listens on both tells them; one client would use up everybody's tries."""
    dressed, plain, other = (
        rf.get("/", REMOTE_ADDR=text)
        for text in ("::ffff:192.0.2.1", "192.0.2.1", "::ffff:198.51.100.7")
    )
    assert client_address(dressed) == client_address(plain) == client_network(dressed)
    assert client_address(other) == "198.51.100.7"


def test_the_source_of_the_running_version_is_linked(client):
    assert b"/source.tar.gz" in client.get("/admin/login/").content
