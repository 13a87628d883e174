"""Texts change: people are asked again, and their devices wait until they have agreed."""

import re
from hashlib import sha256

import pytest
from django.test import Client

from hazardmap.accounts.consent_selectors import VERSIONS, consents_asked
from hazardmap.accounts.models import Consent
from hazardmap.accounts.services import consent_give
from hazardmap.capture.models import Frame
from tests.account_scene import person, signed_in
from tests.capture_scene import driver, here, picture, send, stored_originals

TERMS, UPLOADS = Consent.Document.TERMS, Consent.Document.UPLOADS
# The first digits of the SHA-256 of what each version says.
AGREED = {
    "/terms/": (TERMS, "2026-12-01", "a1a988e39461"),
    "/terms/uploads/": (UPLOADS, "2026-11-30", "762be489c459"),
}
pytestmark = pytest.mark.django_db


@pytest.fixture
def change(monkeypatch):
    """A text changes."""
    return lambda document: monkeypatch.setitem(VERSIONS, document, "2031-05-01")


@pytest.mark.parametrize("page", AGREED)
def test_a_text_that_changes_has_a_new_day(client, page):
    said = client.get(page).content.decode()
    text = " ".join(re.findall("<(?:h1|h2|p|li)>(.*?)</", said.partition("<article")[2]))
    document, version, digest = AGREED[page]
    assert VERSIONS[document] == version
    assert sha256(text.encode()).hexdigest()[:12] == digest, "then give it a new version, too"


def test_a_frame_without_todays_licence_is_refused_and_taken_later(client, change):
    owner, device = driver()
    image, metadata = picture(), here()
    assert send(client, device.token, picture()).status_code == 400, "looked at before"
    change(UPLOADS)
    answer = send(client, device.token, image, metadata)
    assert answer.status_code == 403
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["type"].endswith("/api/problems/#not-licensed")
    assert "agree" in answer.json()["detail"]
    assert not Frame.objects.exists()
    assert not stored_originals()
    page = signed_in(owner).get("/account/").content.decode()
    assert "your devices cannot upload" in page
    signed_in(owner).post("/account/consent/", {"uploads": "on"})
    assert send(client, device.token, image, metadata).status_code == 202
    assert "your devices cannot upload" not in signed_in(owner).get("/account/").content.decode()


def test_what_a_device_sent_before_can_still_be_asked_for(client, change):
    _, device = driver()
    status_url = send(client, device.token, picture(), here()).json()["status_url"]
    change(UPLOADS)
    mine = {"Authorization": f"Bearer {device.token}"}
    assert client.get(status_url, headers=mine).status_code == 200


def test_changed_terms_are_asked_for_on_the_next_page(change):
    nora = person("nora")
    consent_give(user=nora, documents=[TERMS, UPLOADS])
    client, other = signed_in(nora), Client()
    assert client.get("/account/security/").status_code == 200
    change(TERMS)
    for page in ("/account/", "/portal/", "/account/security/"):
        asked = client.get(page)["Location"]
        assert asked.startswith("/account/consent/?next=%2F")
    for page in ("/", "/terms/", "/account/data/", "/account/data/export.json"):
        assert client.get(page).status_code == 200, page
    assert "I agree to the" in client.get(asked).content.decode()
    told = client.post("/account/consent/", {"next": "/account/security/"}).content.decode()
    assert "needs your consent" in told
    agreed = {"terms": "on", "next": "/account/security/"}
    assert client.post("/account/consent/", agreed)["Location"] == "/account/security/"
    assert client.get("/account/").status_code == 200
    assert client.get("/account/consent/?next=/portal/")["Location"] == "/portal/"
    assert nora.consents.filter(document=TERMS).count() == 2, "what was agreed to before stays"
    assert other.get("/account/consent/")["Location"].startswith("/login/")


def test_who_never_agreed_to_anything_is_not_asked_about_changes(change):
    nora = person("nora")
    change(TERMS)
    assert signed_in(nora).get("/account/").status_code == 200
    assert consents_asked(nora) == []
