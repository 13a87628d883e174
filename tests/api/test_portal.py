"""The portal: each page for those who may, nothing for strangers, and numbers that agree."""

import csv
import io
import json
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from hazardmap.accounts.models import ApiKey, Membership, Organisation
from hazardmap.accounts.services import key_create
from hazardmap.billing.services import subscribe
from hazardmap.billing.spend_selectors import CapInfo, spending_now
from hazardmap.core.access.roles import Act, Role, may
from hazardmap.core.selling.pricing.period import Period, prorated
from hazardmap.core.selling.usage import Meter
from hazardmap.metering.services import answers_add
from hazardmap.web.portal import urls
from hazardmap.web.templatetags.humane import utc_time
from tests.account_scene import founded, member, person, signed_in
from tests.billing_scene import LAST, changed_terms, serve
from tests.portal_scene import selling

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
    "invoices/": Act.SEE_BILLS,
    "invoices/address/": Act.SEE_BILLS,
}
ACTS = {
    "keys/new/": Act.MANAGE_KEYS,
    "keys/{kid}/limit/": Act.MANAGE_KEYS,
    "keys/{kid}/roll/": Act.MANAGE_KEYS,
    "keys/{kid}/revoke/": Act.MANAGE_KEYS,
    "costs/cap/": Act.MANAGE_BILLING,
    "invoices/address/set/": Act.MANAGE_BILLING,
    "team/invite/": Act.MANAGE_TEAM,
    "team/withdraw/": Act.MANAGE_TEAM,
    "team/close/": Act.MANAGE_TEAM,
    "team/{user}/role/": Act.MANAGE_TEAM,
    "team/{user}/remove/": Act.LOOK,
}
BY_ID = {
    "keys/{kid}/",
    "invoices/{id}/",
    "invoices/{id}.{kind}",
    "invoices/{id}/{position}/",
    "invoices/{id}/{position}.csv",
    "invoices/{id}/credit-notes/{note}.{kind}",
}


def spending_of(organisation):
    now = spending_now(organisation.pk, timezone.now())
    assert now is not None
    return now


@pytest.fixture
def owned():
    """An owner's client, the address of the portal, and its organisation."""
    organisation, olga = founded()
    return signed_in(olga), f"/portal/{organisation.pk}/", organisation


def made(client, base, **over):
    """A key made by the form; its token, as the page shows it once."""
    form = {"name": "van", "environment": "live", "scopes": ["hazards:read", "tiles:read"]} | over
    page = client.post(f"{base}keys/new/", form).content.decode()
    (token,) = set(re.findall(r"hm_(?:key|test)_[a-z2-7]{16}_[a-z2-7]{52}", page))
    return token


def test_every_address_of_the_portal_is_in_this_test():
    names = {str(pattern.pattern) for pattern in urls.organisation}
    listed = {
        name.replace("{kid}", "<slug:kid>")
        .replace("{user}", "<uuid:user_id>")
        .replace("{id}", "<uuid:invoice_id>")
        .replace("{note}", "<uuid:note_id>")
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


@pytest.fixture
def sold():
    return selling()


def test_the_table_the_chart_and_the_file_say_the_same(sold):
    client, base, _ = sold
    days = {"first": f"{LAST.start:%Y-%m-%d}", "last": f"{timezone.now():%Y-%m-%d}"}
    for by in ("day", "hour"):
        asked = days | {"by": by}
        if by == "hour":
            asked["last"] = f"{LAST.start + timedelta(days=9):%Y-%m-%d}"
        page = client.get(f"{base}usage/", asked)
        text = page.content.decode()
        (numbers,) = re.findall(r'(?s)<script id="usage-data"[^>]*>(.*?)</script>', text)
        chart = json.loads(numbers)
        file = b"".join(client.get(f"{base}usage.csv", asked).streaming_content).decode()
        rows = list(csv.DictReader(io.StringIO(file)))
        sums = [sum(column) for column in chart["data"][1:]]
        assert sorted(sums) == sorted(page.context["totals"])
        assert (
            sum(sums) == sum(int(row["units"]) for row in rows) == (2579 if by == "day" else 2070)
        )
        assert all(len(column) == len(chart["data"][0]) for column in chart["data"])
    assert {row["key_name"] for row in rows} <= {"key", "'=try"}
    assert "Complete to" in text


def test_requests_are_split_by_status_whether_they_cost_or_not(sold):
    client, base, organisation = sold
    headers = {"Authorization": f"Bearer {made(client, base)}"}
    asked = [{"bbox": "0,0,1,1"}, {"bbox": "0,0,1,1", "limit": "1"}, {"bbox": "x"}, {}]
    got = [client.get("/api/v1/hazards", one, headers=headers).status_code for one in asked]
    assert got == [200, 200, 400, 400]
    assert client.get("/api/v1/hazards", headers={"Authorization": "Bearer x"}).status_code == 401
    answers_add()
    client.get("/api/v1/hazards", asked[2], headers=headers)
    for _ in range(2):
        answers_add()
    page = client.get(f"{base}usage/")
    split = [(one.status, one.answers, one.percent) for one in page.context["answered"]]
    assert split == [(200, 2, 40.0), (400, 3, 60.0)]
    assert "names the parameter" in page.content.decode()
    assert "60.0\u00a0%" in client.get(base).content.decode()
    other = organisation.keys.get(environment="test").kid
    assert client.get(f"{base}usage/", {"key": other}).context["answered"] == []


def test_usage_is_asked_for_by_key_and_product_of_ones_own(sold):
    client, base, organisation = sold
    other = key_create(organisation=founded("Other", "sven")[0], name="theirs").kid
    mine = organisation.keys.get(environment="test").kid
    sums = {}
    for name, asked in {
        "test": {"key": mine},
        "tiles": {"meter": "tile", "first": f"{LAST.start:%Y-%m-%d}"},
        "theirs": {"key": other},
    }.items():
        sums[name] = sum(client.get(f"{base}usage/", asked).context["totals"])
    assert sums == {"test": 9, "tiles": 70, "theirs": 0}
    for wrong in (
        {"first": "x"},
        {"first": "2026-02-03", "last": "2026-01-01"},
        {"last": "1999-01-01"},
    ):
        assert "These are no days" in client.get(f"{base}usage/", wrong).content.decode()
    long = client.get(f"{base}usage/", {"first": "2020-01-01"}).content.decode()
    assert "At most 366 days" in long
    hours = client.get(f"{base}usage/", {"by": "hour"}).context["asked"]
    assert hours.last - hours.first == timedelta(days=1), "a chart just after midnight, too"


def test_it_speaks_the_language_of_its_reader(sold):
    client, base, organisation = sold
    spent = f"{spending_of(organisation).spent:.2f} EUR".replace(".", ",")
    words = {
        "": ["Kosten bisher", spent, "gelieferte Gefahren"],
        "keys/": ["Schlüssel anlegen", "ganze Gebiete exportieren"],
        "usage/": ["Nach Schlüssel"],
        "team/": ['<option value="developer" selected>Entwickler', "Die Rolle darf"],
        "costs/": ["Ausgabengrenze", spent],
        "invoices/address/": ["Rechnungsanschrift", ">Österreich<"],
        "webhooks/": ["Endpunkt hinzufügen"],
        "docs/": ["Entlang einer Route"],
    }
    german = {"Accept-Language": "de"}
    for page, said in words.items():
        text = client.get(f"{base}{page}", headers=german).content.decode()
        assert [one for one in said if one not in text] == [], page
    form = {"name": "van", "scopes": "tiles:read", "origins": "ftp://x"}
    told = client.post(f"{base}keys/new/", form, headers=german).content.decode()
    assert "„ftp://x“ ist kein Origin" in told


def test_what_a_plan_includes_counts_from_when_it_began(sold, monkeypatch):
    client, base, organisation = sold
    begun = LAST.start + timedelta(days=20)
    changed_terms(fee="10.00")
    subscribe(organisation_id=organisation.pk, plan="standard", start=begun)
    serve(organisation.keys.get(environment="live").kid, LAST, units=30, day=21)
    assert "The plan began" not in client.get(base).content.decode()
    monkeypatch.setattr(timezone, "now", lambda: begun + timedelta(days=2))
    page = client.get(base).content.decode()
    included = prorated(1000, of=LAST, part=Period(begun, LAST.end))
    assert f'max="{included}" value="30">30</meter> {included} included' in page
    assert ">2,030<" in page
    assert f"The plan began at {utc_time(begun)}: what it includes" in page


def test_costs_are_what_billing_says_and_a_cap_is_set_and_taken_away(sold):
    client, base, organisation = sold
    spending = spending_of(organisation)
    page = client.get(f"{base}costs/").content.decode()
    assert f"{spending.spent:.2f} EUR" in page
    assert spending.units[Meter.HAZARD] == 500, "a test key costs nothing"
    (table,) = re.findall(r"(?s)by-key.*?<table>(.*?)</table>", page)
    *parts, total = [Decimal(one) for one in re.findall(r">([\d.]+) EUR<", table)]
    assert len(parts) == 2, "one live key, and what belongs to none"
    assert sum(parts) == total == round(spending.spent, 2)
    assert "Without a key" in table
    client.post(f"{base}costs/cap/", {"amount": "12,50", "hard": "on"})
    assert spending_of(organisation).cap == CapInfo(12_500_000, hard=True)
    assert "cap is reached" in client.get(base).content.decode(), "the fee alone is more"
    client.post(f"{base}costs/cap/", {"amount": "900", "hard": "on"})
    assert "cap is reached" not in client.get(base).content.decode()
    kid = organisation.keys.get(environment="live").kid
    client.post(f"{base}costs/cap/", {"amount": "3", "key": kid})
    (key,) = spending_of(organisation).keys
    assert key.cap == CapInfo(3_000_000, hard=False)
    for amount, why in (
        ("much", "an amount like 250"),
        ("1e400", "at most 12 digits"),
        ("-1", "at least 0"),
        ("1,000", "at most 2 decimals"),
        ("1.000", "at most 2 decimals"),
        ("1.000,00", "an amount like 250"),
    ):
        wrong = client.post(f"{base}costs/cap/", {"amount": amount}, follow=True)
        assert why in wrong.content.decode()
    assert spending_of(organisation).cap == CapInfo(900_000_000, hard=True)
    client.post(f"{base}costs/cap/", {"amount": ""})
    assert spending_of(organisation).cap is None


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
