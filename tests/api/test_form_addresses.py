"""Sending a form after the session has ended, and opening an address that only takes forms."""

from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests.account_scene import PASSWORD, founded, person, signed_in

pytestmark = pytest.mark.django_db
SITE = "http://testserver"


def back_from(response):
    """The sign-in that somebody is sent to, and where it leads on to."""
    assert response.status_code == 302
    to = urlsplit(response.url)
    return to.path, parse_qs(to.query).get("next", [None])[0]


BROKEN = {"referer": "http://[::1"}


@pytest.mark.parametrize(
    ("page", "form", "login"),
    [
        ("/account/data/", "/account/data/language/", "/login/"),
        ("/portal/{id}/keys/?all=1", "/portal/{id}/keys/new/", "/login/"),
        ("/hazards/{id}/", "/hazards/{id}/vote/", "/login/"),
        ("/admin/queue/{id}/", "/admin/queue/{id}/decide/", "/admin/login/"),
    ],
)
def test_who_has_to_sign_in_first_comes_back_to_the_page_of_the_form(client, page, form, login):
    page, form = page.format(id=uuid4()), form.format(id=uuid4())
    assert back_from(client.post(form, headers={"referer": f"{SITE}{page}"})) == (login, page)
    for elsewhere in ({}, {"referer": "https://evil.example/x"}, {"referer": "nonsense"}, BROKEN):
        assert back_from(client.post(form, headers=elsewhere)) == (login, None)


def test_who_opens_a_page_comes_back_to_it(client):
    assert back_from(client.get("/account/data/?x=1")) == ("/login/", "/account/data/?x=1")


def test_the_whole_way(client):
    organisation, olga = founded()
    keys = f"/portal/{organisation.pk}/keys/"
    asked = client.post(f"{keys}new/", {"name": "van"}, headers={"referer": f"{SITE}{keys}"})
    form = {"username": olga.email, "password": PASSWORD}
    back = client.post(asked.url, form | {"next": back_from(asked)[1]}, follow=True)
    assert back.status_code == 200
    assert back.redirect_chain[-1][0] == keys


def test_who_has_yet_to_show_the_second_factor_comes_back_too():
    olga = person()
    TOTPDevice.objects.create(user=olga, confirmed=True)
    page = "/account/data/"
    sent = signed_in(olga).post(f"{page}language/", headers={"referer": f"{SITE}{page}"})
    assert back_from(sent) == ("/login/code/", page)


@pytest.mark.parametrize("path", ["/account/data/language/", "/account/pairing-code/"])
def test_the_address_of_a_form_has_a_page(path):
    client = signed_in(person())
    opened = client.get(path, headers={"accept": "text/html", "accept-language": "de"})
    assert (opened.status_code, opened.headers["Allow"]) == (405, "POST")
    assert "gibt es keine Seite" in opened.content.decode()


def test_machines_get_no_page_for_a_wrong_method():
    for path, accept in (("/account/data/language/", "*/*"), ("/map/hazards.json", "text/html")):
        client = signed_in(person(f"of{len(path)}"))
        refused = client.get(path, headers={"accept": accept})
        assert b"<html" not in refused.content
    assert Client().post("/about/", headers={"accept": "text/html"}).content == b""


def test_a_form_from_before_one_signed_in_again_changes_nothing_and_leads_to_its_page():
    olga = person()
    page = "/account/data/?x=1"
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(olga)
    answer = strict.post("/account/data/language/", headers={"referer": f"{SITE}{page}"})
    assert answer.status_code == 403
    assert f'href="{page}"' in answer.content.decode()
    assert "Nothing was changed" in answer.content.decode()
    german = strict.post("/account/data/language/", headers={"accept-language": "de"})
    assert "Es wurde nichts geändert" in german.content.decode()


def test_a_page_of_ours_is_never_told_as_another_site():
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/logout/", headers={"referer": f"{SITE}//evil.example/x"})
    assert answer.status_code == 403
    assert 'href="/%2Fevil.example/x"' in answer.content.decode()
