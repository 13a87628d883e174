"""The portal: each page for those who may, nothing for strangers, and numbers that agree."""

import re

import pytest

from hazardmap.accounts.models import ApiKey, Membership, Organisation
from hazardmap.accounts.services import key_create
from hazardmap.core.access.roles import Act, Role, may
from hazardmap.web.portal import urls
from tests.account_scene import founded, member, person, signed_in
from tests.portal_scene import made

pytestmark = pytest.mark.django_db
PAGES = {
    "": Act.LOOK,
    "keys/": Act.LOOK,
    "usage/": Act.LOOK,
    "usage.csv": Act.LOOK,
    "team/": Act.LOOK,
    "docs/": Act.LOOK,
    "webhooks/": Act.LOOK,  # its own pages: test_portal_webhooks.py
    "costs/": Act.SEE_BILLS,
    "costs/plan/": Act.SEE_BILLS,
    "invoices/": Act.SEE_BILLS,
    "invoices/address/": Act.SEE_BILLS,
}
ACTS = {
    "keys/new/": Act.MANAGE_KEYS,
    "keys/{kid}/limit/": Act.MANAGE_KEYS,
    "keys/{kid}/roll/": Act.MANAGE_KEYS,
    "keys/{kid}/revoke/": Act.MANAGE_KEYS,
    "costs/cap/": Act.MANAGE_BILLING,
    "costs/plan/leave/": Act.MANAGE_BILLING,
    "invoices/address/set/": Act.MANAGE_BILLING,
    "team/invite/": Act.MANAGE_TEAM,
    "team/withdraw/": Act.MANAGE_TEAM,
    "team/close/": Act.MANAGE_TEAM,
    "team/{user}/role/": Act.MANAGE_TEAM,
    "team/{user}/remove/": Act.LOOK,
}
BY_ID = {
    "keys/{kid}/",
    "costs/plan/{code}/",
    "invoices/{id}/",
    "invoices/{id}.{kind}",
    "invoices/{id}/{position}/",
    "invoices/{id}/{position}.csv",
    "invoices/{id}/credit-notes/{note}.{kind}",
}


@pytest.fixture
def owned():
    """An owner's client, the address of the portal, and its organisation."""
    organisation, olga = founded()
    return signed_in(olga), f"/portal/{organisation.pk}/", organisation


def test_every_address_of_the_portal_is_in_this_test():
    names = {str(pattern.pattern) for pattern in urls.organisation}
    listed = {
        name.replace("{kid}", "<slug:kid>")
        .replace("{user}", "<uuid:user_id>")
        .replace("{id}", "<uuid:invoice_id>")
        .replace("{note}", "<uuid:note_id>")
        .replace("{code}", "<slug:code>")
        .replace("{kind}", "<slug:kind>")
        .replace("{position}", "<int:position>")
        for name in {*PAGES, *ACTS, *BY_ID}
    }
    assert names == listed


def test_strangers_find_nothing_and_nobody_gets_in_without_an_account(owned, client):
    mine, base, organisation = owned
    key = key_create(organisation=organisation, name="key")
    stranger = signed_in(founded("Other", "sven")[1])
    for path in PAGES:
        assert client.get(base + path).url.startswith("/login/?next=")
        assert stranger.get(base + path).status_code == 404
        assert mine.get(base + path).status_code == 200
    for path in ACTS:
        address = base + path.format(kid=key.kid, user=organisation.members.get().pk)
        assert stranger.post(address, {"name": "Fleet"}).status_code == 404
        assert mine.get(address).status_code == 405
    assert ApiKey.objects.filter(revoked_at=None).count() == 1
    assert Organisation.objects.filter(closed_at=None).count() == 2


@pytest.mark.parametrize("role", [Role.BILLING, Role.DEVELOPER, Role.READER])
def test_a_role_opens_what_the_table_says(owned, role):
    _, base, organisation = owned
    key = key_create(organisation=organisation, name="key")
    theirs = signed_in(member(organisation, role))
    for path, act in PAGES.items():
        assert theirs.get(base + path).status_code == (200 if may(role, act) else 403), path
    for path, act in ACTS.items():
        owner = Membership.objects.get(organisation=organisation, role=Role.OWNER)
        answer = theirs.post(base + path.format(kid=key.kid, user=owner.user_id), {})
        assert (answer.status_code != 403) == may(role, act), path
    assert Membership.objects.get(role=Role.OWNER)


def test_from_nothing_to_a_key_that_works(client):
    client.force_login(person())
    assert "belong to an organisation" in client.get("/portal/").content.decode()
    base = client.post("/portal/", {"name": "Fleet"}).url
    assert client.get("/portal/").url == base
    assert "in two steps" in client.get(base).content.decode()
    token = made(client, base)
    assert 'data-copy="call"' in client.get(base).content.decode()
    asked = {"Authorization": f"Bearer {token}"}
    answer = client.get("/api/v1/hazards", {"bbox": "0,0,1,1"}, headers=asked)
    assert answer.status_code == 200
    key = ApiKey.objects.get()
    pages = [
        client.get(base + path).content.decode()
        for path in ("", "keys/", f"keys/{key.kid}/", "docs/")
    ]
    assert all(token not in page and token[-52:] not in page for page in pages)
    assert f"{key.prefix}_…{key.last4}" in pages[1]
    assert "127.0.0.1" in pages[1], "where it was used from"
    assert f"{key.prefix}_…" in pages[3]


def test_what_is_typed_wrong_is_told_and_kept(owned):
    client, base, _ = owned
    form = {"name": "van", "scopes": ["hazards:read"], "origins": "fleet.example"}
    page = client.post(f"{base}keys/new/", form).content.decode()
    assert "is no origin" in page
    assert 'value="van"' in page
    assert "fleet.example</textarea>" in page
    assert not ApiKey.objects.exists()
    assert "at least one scope" in client.post(f"{base}keys/new/", {"name": "x"}).content.decode()


def test_a_key_is_limited_rolled_and_revoked_by_name(owned):
    client, base, _ = owned
    made(client, base, life="30", networks="192.0.2.0/24, 2001:db8::/32")
    key = ApiKey.objects.get()
    assert key.allowed_networks == ["192.0.2.0/24", "2001:db8::/32"]
    page = f"{base}keys/{key.kid}/"
    client.post(f"{page}limit/", {"name": "bus", "origins": "https://a.example"})
    key.refresh_from_db()
    assert (key.name, key.allowed_origins, key.allowed_networks) == (
        "bus",
        ["https://a.example"],
        [],
    )
    rolled = client.post(f"{page}roll/", {"overlap": "1h"}).content.decode()
    assert "only time that the secret is shown" in rolled
    refused = client.post(f"{page}revoke/", {"name": "van"}, follow=True).content.decode()
    assert "exactly as it is" in refused
    assert client.post(f"{page}revoke/", {"name": "bus"}).status_code == 302
    key.refresh_from_db()
    assert key.revoked_at
    shown = client.get(page).content.decode()
    for words in ("created", "limited", "rolled", "revoked", "olga@fleet.example"):
        assert words in shown


def test_a_team_is_invited_changed_and_left(owned, mailoutbox):
    client, base, organisation = owned
    client.post(f"{base}team/invite/", {"email": "Dev@fleet.example", "role": "developer"})
    assert mailoutbox[0].to == ["dev@fleet.example"]
    assert "dev@fleet.example" in client.get(f"{base}team/").content.decode()
    client.post(f"{base}team/withdraw/", {"email": "dev@fleet.example"})
    assert "dev@fleet.example" not in client.get(f"{base}team/").content.decode()
    olga = organisation.members.get()
    page = client.get(f"{base}team/").content.decode()
    asked_twice = r"<summary [^>]*>Leave</summary>\s*<form.*>Leave the organisation<"
    assert re.search(asked_twice, page)
    stays = client.post(f"{base}team/{olga.pk}/remove/", follow=True).content.decode()
    assert "keeps an owner" in stays
    reader = member(organisation, Role.READER)
    client.post(f"{base}team/{reader.pk}/role/", {"role": "owner"})
    assert client.post(f"{base}team/{olga.pk}/remove/").url == "/portal/?all"
    assert client.get(base).status_code == 404
    owner = signed_in(reader)
    assert (
        "exactly as it is"
        in owner.post(f"{base}team/close/", {"name": "x"}, follow=True).content.decode()
    )
    owner.post(f"{base}team/close/", {"name": "Fleet"})
    organisation.refresh_from_db()
    assert organisation.closed_at
