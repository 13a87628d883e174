"""Bills in the portal: an invoice down to its answers, whom it names, what was credited."""

import csv
import io
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from hazardmap.accounts.models import User
from hazardmap.accounts.selectors import keys_of
from hazardmap.billing import line_selectors, selectors
from hazardmap.billing.invoice_files import invoice_file
from hazardmap.billing.selectors import invoices_of
from hazardmap.billing.services import (
    credit_note_issue,
    invoice_draft,
    invoice_finalise,
)
from hazardmap.core.selling.pricing.period import month_of
from hazardmap.core.selling.usage import Meter
from hazardmap.metering import selectors as metering
from hazardmap.platform.ids import new_id
from tests.account_scene import founded, signed_in
from tests.billing_scene import LAST, customer_of, granted, serve
from tests.portal_scene import selling

pytestmark = pytest.mark.django_db


@pytest.fixture
def sold():
    return selling()


def test_an_invoice_opens_down_to_its_answers(sold):
    client, base, organisation = sold
    draft = invoice_draft(customer_id=customer_of(organisation.pk).pk, month=LAST)
    assert "draft" in client.get(f"{base}invoices/").content.decode()
    assert draft is not None
    invoice_finalise(invoice_id=draft.pk)
    (invoice,) = invoices_of(organisation.pk)
    page = client.get(f"{base}invoices/{invoice.id}/").content.decode()
    assert f"<h1>Invoice {invoice.number}</h1>" in page
    assert page.count("tax 19") == 1, "among the sums, and not among what they are of"
    line = next(one for one in invoice.lines if one.quantity == 2000)
    hours = client.get(f"{base}invoices/{invoice.id}/{line.position}/").content.decode()
    (link,) = re.findall(r'href="(\?key=[^"#]+)', hours)
    answers = client.get(
        f"{base}invoices/{invoice.id}/{line.position}/{link.replace('&amp;', '&')}"
    )
    (event,) = answers.context["events"]
    assert event.quantity == 2000
    assert event.request_id in answers.content.decode()
    said = client.get(f"{base}invoices/{invoice.id}/{line.position}.csv")
    assert f'filename="{invoice.number}-{line.position}.csv"' in said["Content-Disposition"]
    (row,) = csv.DictReader(io.StringIO(b"".join(said).decode(), newline=""))
    assert (row["units"], row["request"], row["hazards"]) == ("2000", event.request_id, "")
    pdf = client.get(f"{base}invoices/{invoice.id}.pdf")
    assert pdf.content[:5] == b"%PDF-"
    assert invoice.number in pdf["Content-Disposition"]
    theirs = f"/portal/{founded('Other', 'sven')[0].pk}/"
    stranger = signed_in(User.objects.get(email="sven@fleet.example"))
    for path in ("/", ".pdf", f"/{line.position}/", f"/{line.position}.csv"):
        assert stranger.get(f"{theirs}invoices/{invoice.id}{path}").status_code == 404


def test_an_hour_of_many_answers_is_shown_in_part_and_is_whole_in_the_file(sold, monkeypatch):
    monkeypatch.setattr(metering, "ANSWERS_AT_ONCE", 3)
    monkeypatch.setattr(line_selectors, "ANSWERS_SHOWN", 4)
    client, base, organisation = sold
    (key,) = keys_of(organisation.pk)[:1]
    hazards = [new_id() for _ in range(30)]
    for number in range(6):
        what = {"subject": "=1+1", "hazards": tuple(hazards)} if number == 5 else {}
        serve(key, LAST, units=1, meter=Meter.EXPORT_MB, **what)
    draft = invoice_draft(customer_id=customer_of(organisation.pk).pk, month=LAST)
    (line,) = draft.lines.filter(of="export_mb", kind="usage")
    place = f"{base}invoices/{draft.id}/{line.position}"
    at = LAST.start + timedelta(days=3)
    page = client.get(f"{place}/", {"key": key, "hour": f"{at:%Y-%m-%dT%H}"})
    assert len(page.context["events"]) == 4
    assert "first 4 answers" in page.content.decode()
    rows = list(csv.DictReader(io.StringIO(b"".join(client.get(f"{place}.csv")).decode())))
    assert len({row["request"] for row in rows}) == 6
    (full,) = [row for row in rows if row["hazards"]]
    assert (full["what"], full["hazards"].split()) == ("'=1+1", [str(id_) for id_ in hazards])


def test_a_line_of_many_hours_is_shown_in_part_and_says_so(sold, monkeypatch):
    client, base, organisation = sold
    (key,) = keys_of(organisation.pk)[:1]
    for day in (5, 6):
        serve(key, LAST, units=1, day=day)
    draft = invoice_draft(customer_id=customer_of(organisation.pk).pk, month=LAST)
    (line,) = draft.lines.filter(of="hazard", kind="usage")
    boss = signed_in(User.objects.create_superuser("boss@hazardmap.example", None))
    pages = (
        (client, f"{base}invoices/{draft.pk}/{line.position}/"),
        (boss, f"/admin/billing/invoice/{draft.pk}/line/{line.pk}/"),
    )
    for shown, words in ((3, "Key"), (2, "These are the first 2 hours")):
        monkeypatch.setattr(line_selectors, "HOURS_SHOWN", shown)
        for who, address in pages:
            page = who.get(address).content.decode()
            assert page.count("?key=") == shown
            assert words in page
            assert ("first" in page) == (shown == 2)


ADDRESS = {
    "name": "Fleet  Oy",
    "address": "Katu 2\r\n\r\n00100 Helsinki",
    "country": "FI",
    "tax_number": "2077474-0",
    "reference": "PO 77",
}


def test_invoices_name_the_buyer_as_he_says_and_finalised_ones_stay(sold):
    client, base, organisation = sold
    customer = customer_of(organisation.pk)
    old = invoice_draft(customer_id=customer.pk, month=LAST)
    assert old is not None
    invoice_finalise(invoice_id=old.pk)
    before = invoice_file(old.pk, "pdf").content
    saved = client.post(f"{base}invoices/address/set/", ADDRESS, follow=True).content.decode()
    assert "not finalised yet" in saved
    assert 'value="FI20774740"' in saved
    new = invoice_draft(customer_id=customer.pk, month=month_of(timezone.now()))
    assert new is not None
    page = client.get(f"{base}invoices/{new.pk}/").content.decode()
    for words in ("Fleet Oy", "00100 Helsinki", "Tax number FI20774740", "Reference PO 77"):
        assert words in page
    assert new.tax["category"] == "standard", "the seller is of the same country"
    assert invoice_file(old.pk, "pdf").content == before
    page = client.get(f"{base}invoices/{old.pk}/").content.decode()
    assert "Fleet GmbH" in page
    assert "Fleet Oy" not in page


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": " "}, "The name must have"),
        ({"address": ""}, "1 to 3 lines"),
        ({"address": "a\nb\nc\nd"}, "1 to 3 lines"),
        ({"name": "Fleet\x07"}, "The name must have"),
        ({"country": "XX"}, "Choose a country"),
        ({"tax_number": "12345670"}, "is no VAT number of FI"),
        ({"country": "NO", "tax_number": "?"}, "is no tax number"),
    ],
)
def test_an_address_that_no_invoice_can_bear_is_told_and_stays_in_the_form(sold, wrong, words):
    client, base, organisation = sold
    page = client.post(f"{base}invoices/address/set/", ADDRESS | wrong).content.decode()
    assert words in page
    assert "PO 77" in page
    assert customer_of(organisation.pk).name == "Fleet GmbH"


def test_what_was_credited_and_paid_before_is_seen(sold, monkeypatch):
    client, base, organisation = sold
    customer = customer_of(organisation.pk)
    granted(organisation.pk, 20)
    assert "left: 20.00 EUR" in client.get(f"{base}costs/").content.decode()
    draft = invoice_draft(customer_id=customer.pk, month=LAST)
    assert draft is not None
    invoice_finalise(invoice_id=draft.pk)
    credit_note_issue(invoice_id=draft.pk, total_micro=1_500_000, reason="an outage")
    page = client.get(f"{base}invoices/{draft.pk}/").content.decode()
    assert "−20.00 EUR" in page
    assert re.search(r"HM-C000001, [^<]*: an outage · .*</th><td[^>]*>−1.50 EUR", page)
    (link,) = re.findall(rf'href="({base}invoices/{draft.pk}/credit-notes/[^"]*)\.pdf"', page)
    for kind, begin in (("pdf", b"%PDF-"), ("xml", b"<?xml")):
        file = client.get(f"{link}.{kind}")
        assert file.content.startswith(begin)
        assert f'"HM-C000001.{kind}"' in file["Content-Disposition"]
    assert client.get(f"{link.replace(str(draft.pk), str(uuid4()))}.pdf").status_code == 404
    assert client.get(f"{link}.doc").status_code == 404
    assert "overdue" not in page
    monkeypatch.setattr(selectors, "PAYABLE_WITHIN", -timedelta(days=1))
    assert "overdue" in client.get(f"{base}invoices/").content.decode()
