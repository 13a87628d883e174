"""What the portal says of usage and costs: tables, charts and files that agree."""

import csv
import io
import json
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from hazardmap.accounts.services import key_create
from hazardmap.billing.services import subscribe
from hazardmap.billing.spend_selectors import CapInfo, spending_now
from hazardmap.core.selling.pricing.period import Period, prorated
from hazardmap.core.selling.usage import Meter
from hazardmap.metering.services import answers_add
from hazardmap.web.templatetags.humane import utc_time
from tests.account_scene import founded
from tests.billing_scene import LAST, changed_terms, serve
from tests.portal_scene import made, selling

pytestmark = pytest.mark.django_db


def spending_of(organisation):
    now = spending_now(organisation.pk, timezone.now())
    assert now is not None
    return now


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
    since, sums = {"first": f"{LAST.start:%Y-%m-%d}"}, {}
    asked = {"test": {"key": mine}, "tiles": {"meter": "tile"}, "theirs": {"key": other}}
    for name, query in asked.items():
        sums[name] = sum(client.get(f"{base}usage/", since | query).context["totals"])
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
        f"usage/?first={LAST.start:%Y-%m-%d}": ["Nach Schlüssel"],
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
