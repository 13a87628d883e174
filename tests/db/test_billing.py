"""Invoices: drafted from usage as often as one likes, final once, opened down to the answers."""

import io
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from hazardmap.accounts.models import Organisation
from hazardmap.billing import models
from hazardmap.billing.line_selectors import line_hours
from hazardmap.billing.management.commands.billing_setup import EXAMPLE
from hazardmap.billing.refused import BillingRefused
from hazardmap.billing.selectors import invoice_get, invoices_of
from hazardmap.billing.services import (
    credit_note_issue,
    invoice_draft,
    invoice_finalise,
    invoice_pay,
    invoice_void,
    subscribe,
    subscriptions_end,
)
from hazardmap.core.selling.pricing.period import month_of
from hazardmap.core.selling.usage import Meter
from hazardmap.platform.ids import new_id
from tests.billing_scene import (
    BEFORE,
    LAST,
    NOW,
    billed,
    changed_terms,
    customer_of,
    drafted,
    euros,
    granted,
    sell,
    serve,
)

MICRO = 1_000_000
CENT = Decimal("0.01")  # what the rounding of a part's two ends may come to


def rows():
    tables = (models.Invoice, models.InvoiceLine, models.LineHour)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def lines_of(invoice):
    return [
        (line.kind, line.of, line.start, line.quantity, euros(line.amount_micro))
        for line in models.InvoiceLine.objects.filter(invoice=invoice).order_by("position")
    ]


@pytest.mark.django_db
def test_a_month_from_the_logs_to_the_answers_behind_a_line(capsys):
    _, key = sell()
    serve(key, BEFORE, units=60_000)
    serve(key, BEFORE, units=51_000, day=20)
    serve(key, BEFORE, units=2001, meter=Meter.TILE)
    month = f"{BEFORE.start:%Y-%m}"
    call_command("bill_month", month)
    draft = rows()
    assert "draft" in capsys.readouterr().out
    call_command("bill_month", month)
    assert rows() == draft, "rating again gives the same draft, ids and all"
    call_command("bill_month", month, finalise=True)
    call_command("bill_month", month, finalise=True)
    assert capsys.readouterr().out.count("HM-000001 finalised") == 2
    invoice = models.Invoice.objects.get()
    assert lines_of(invoice) == [
        ("fee", "", BEFORE.start, 0, 49),
        ("usage", "tile", BEFORE.start, 2001, Decimal("1.20")),
        ("usage", "hazard", BEFORE.start, 111_000, 210),  # 100,000 × 0.002 + 10,000 × 0.001
        ("discount", "first year", BEFORE.start, 0, Decimal("-26.02")),
        ("tax", "standard", BEFORE.start, 0, Decimal("44.49")),
    ]
    assert euros(invoice.total_micro) == Decimal("278.67")
    line = invoice_get(invoice.id).lines[2]
    assert [hour.quantity for hour in line_hours(line.id)] == [60_000, 51_000]
    call_command("invoice", "HM-000001", line=3)
    shown = capsys.readouterr().out
    assert re.search(r"60000  hazards  \S+\n.*51000\n.*51000  hazards  \S+\n", shown, re.DOTALL)
    call_command("invoice", "HM-000001", paid=True)
    assert re.search(r"due +0.00 EUR", capsys.readouterr().out)


@pytest.mark.django_db
def test_many_invoices_are_read_in_as_few_statements_as_one(django_assert_num_queries):
    organisation_id, _ = sell()
    before, last = (billed(organisation_id, month) for month in (BEFORE, LAST))
    with django_assert_num_queries(3):  # the invoices, their lines, their credit notes
        found = invoices_of(organisation_id)
    assert found == [invoice_get(last.id), invoice_get(before.id)]


@pytest.mark.django_db
def test_late_usage_is_a_line_of_the_next_invoice_at_the_price_of_its_own_month():
    organisation_id, key = sell()
    serve(key, BEFORE, units=100_900)
    first = billed(organisation_id, BEFORE)
    serve(key, BEFORE, units=300)  # 100 more at 0.002, 200 at 0.001
    serve(key, LAST, units=1500)
    assert drafted(organisation_id, BEFORE) == first
    second = billed(organisation_id, LAST)
    assert lines_of(second)[:-1] == [
        ("usage", "hazard", BEFORE.start, 300, Decimal("0.40")),
        ("discount", "first year", BEFORE.start, 0, Decimal("-0.04")),
        ("fee", "", LAST.start, 0, 49),
        ("usage", "hazard", LAST.start, 1500, 1),
        ("discount", "first year", LAST.start, 0, Decimal("-5.00")),
    ]
    late = invoice_get(second.id).lines[0]
    assert late.late
    assert [hour.quantity for hour in line_hours(late.id)] == [300]
    models.Subscription.objects.update(end=LAST.end)
    further = invoice_draft(customer_id=customer_of(organisation_id).pk, month=month_of(NOW))
    assert further is None, "all that is owed has been billed"


@pytest.mark.django_db
def test_what_is_finalised_never_changes():
    organisation_id, key = sell()
    serve(key, BEFORE, units=5000)
    invoice = billed(organisation_id, BEFORE)
    refused = [
        "UPDATE billing_invoice SET total_micro = 0, net_micro = 0, tax_micro = 0",
        "UPDATE billing_invoice SET number = 7",
        "UPDATE billing_invoice SET state = 'draft', number = NULL, finalised_at = NULL",
        "DELETE FROM billing_invoice",
        "UPDATE billing_invoiceline SET amount_micro = 0",
        "DELETE FROM billing_linehour",
        "UPDATE billing_linehour SET quantity = quantity + 1",
        "INSERT INTO billing_linehour (line_id, key_id, hour, quantity) "
        "SELECT line_id, 'x', hour, 1 FROM billing_linehour",
        "UPDATE billing_priceversion SET prices = '{}'",
    ]
    for statement in refused:
        with (
            pytest.raises(DatabaseError, match="never"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    invoice.pk, invoice.number, invoice.start = new_id(), 2, LAST.start
    with pytest.raises(DatabaseError, match="begins as a draft"), transaction.atomic():
        invoice.save(force_insert=True)


@pytest.mark.django_db
def test_the_database_refuses_a_draft_that_does_not_add_up():
    organisation_id, key = sell()
    serve(key, BEFORE, units=5000)
    draft = drafted(organisation_id, BEFORE)
    final = "UPDATE billing_invoice SET state = 'finalised', number = 1, finalised_at = now()"
    for statements, message in (
        (f"{final}, net_micro = net_micro + 1, total_micro = total_micro + 1", "to its total"),
        ("; ".join(["DELETE FROM billing_linehour", final]), "do not sum to its quantity"),
    ):
        with (
            pytest.raises(DatabaseError, match=message),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statements)
    serve(key, BEFORE, units=1)
    with pytest.raises(BillingRefused, match="draft it again"):
        invoice_finalise(invoice_id=draft.id)


@pytest.mark.django_db
def test_a_change_of_plan_shares_the_month_by_the_second_and_pins_its_prices():
    organisation_id, _ = sell(start=BEFORE.start + timedelta(days=3))
    changed_terms(fee="100.00", discounts=[])
    middle = BEFORE.start + timedelta(days=10, hours=5)
    subscribe(organisation_id=organisation_id, plan="standard", start=middle + timedelta(minutes=9))
    invoice = billed(organisation_id, BEFORE)
    first, second = (line[4] for line in lines_of(invoice) if line[0] == "fee")
    hours = BEFORE.length_s // 3600
    assert abs(first - Decimal(49 * (7 * 24 + 5)) / hours) < CENT
    assert abs(second - Decimal(100 * (hours - 10 * 24 - 5)) / hours) < CENT
    changed_terms(fee="1.00")
    with pytest.raises(BillingRefused, match="invoiced or subscribed"):
        subscribe(organisation_id=organisation_id, plan="standard", start=middle)
    with pytest.raises(IntegrityError, match="one_at_a_time"), transaction.atomic():
        models.Subscription.objects.create(
            customer=customer_of(organisation_id),
            price_version=models.PriceVersion.objects.get(version=1),
            start=LAST.start,
        )


@pytest.mark.django_db
def test_who_closes_pays_to_the_end_of_the_hour_and_nothing_that_is_invoiced_changes(capsys):
    organisation_id, _ = sell()
    other, _ = sell()
    closed_at = LAST.start + timedelta(days=3, minutes=20)
    billed(organisation_id, BEFORE)
    Organisation.objects.filter(pk=organisation_id).update(closed_at=closed_at)
    call_command("bill_month", f"{LAST.start:%Y-%m}")
    assert subscriptions_end() == 0
    mine = models.Subscription.objects.get(customer=customer_of(organisation_id))
    assert mine.end == LAST.start + timedelta(days=3, hours=1)
    assert {line[:3] for line in lines_of(drafted(organisation_id, LAST))[:1]} == {
        ("fee", "", LAST.start)
    }
    assert drafted(organisation_id, LAST).net_micro < drafted(other, LAST).net_micro / 5
    assert models.Subscription.objects.get(customer=customer_of(other)).end is None
    billed(other, LAST)
    Organisation.objects.filter(pk=other).update(closed_at=closed_at)
    with pytest.raises(BillingRefused, match="is closed"):
        subscribe(organisation_id=other, plan="standard", start=NOW)
    assert subscriptions_end() == 1
    assert models.Subscription.objects.get(customer=customer_of(other)).end == LAST.end


@pytest.mark.django_db
def test_credits_pay_the_oldest_first_and_come_back_from_a_void_invoice():
    organisation_id, key = sell(country="FI", tax_number="FI1")
    serve(key, BEFORE, units=1)
    old = granted(organisation_id, 20)
    new = granted(organisation_id, 50)
    gone = granted(organisation_id, 9)
    models.Credit.objects.filter(pk=gone.pk).update(expires_at=NOW)

    def spent():
        found = models.Credit.objects.in_bulk([old.id, new.id, gone.id])
        return [euros(found[row.id].spent_micro) for row in (old, new, gone)]

    first = billed(organisation_id, BEFORE)
    total = euros(first.total_micro)
    assert (first.state, total) == ("paid", Decimal("55.35"))  # 44.10 and 25.5 %
    assert spent() == [20, total - 20, 0]
    second = billed(organisation_id, LAST)
    assert (second.state, second.number, spent()[1]) == ("finalised", 2, 50)
    assert invoice_get(second.id).due_micro == 2 * first.total_micro - 70 * MICRO
    invoice_void(invoice_id=second.id)
    assert spent() == [20, total - 20, 0]
    third = billed(organisation_id, LAST)
    assert (third.number, third.total_micro) == (3, second.total_micro)
    with pytest.raises(BillingRefused, match="neither paid nor credited"):
        invoice_void(invoice_id=first.id)


@pytest.mark.django_db
def test_credit_notes_take_back_no_more_than_there_was(capsys):
    organisation_id, _ = sell()
    invoice = billed(organisation_id, BEFORE)
    assert (euros(invoice.net_micro), euros(invoice.tax_micro)) == (
        Decimal("44.10"),
        Decimal("8.38"),
    )
    call_command("invoice", "HM-000001", credit="10.00", reason="an outage")
    capsys.readouterr()
    call_command("invoice", "HM-000001", credit="10", reason=" an  outage")
    assert "10.00 EUR is booked already for 'an outage', on " in capsys.readouterr().out
    with pytest.raises(CommandError, match=r"10.00 EUR is booked already .* another reference"):
        call_command("invoice", "HM-000001", credit="11.00", reason="an outage")
    for wrong in ("42.49", "0", "-1", "0.001", "x", ""):
        with pytest.raises(CommandError, match="credit"):
            call_command("invoice", "HM-000001", f"--credit={wrong}", "--reason=more")
    for reason in ("", " ", "x" * 201):
        with pytest.raises(CommandError, match="reason"):
            call_command("invoice", "HM-000001", "--credit=1", f"--reason={reason}")
    rest = credit_note_issue(invoice_id=invoice.id, total_micro=42_480_000, reason="the rest of it")
    notes = models.CreditNote.objects.order_by("number")
    assert [(note.number, euros(note.total_micro)) for note in notes] == [
        (1, 10),
        (2, Decimal("42.48")),
    ]
    assert sum(note.tax_micro for note in notes) == invoice.tax_micro
    assert rest.number == 2
    invoice_pay(invoice_id=invoice.id)
    assert invoice_get(invoice.id).state == "paid"


@pytest.mark.django_db
def test_what_is_credited_after_it_was_paid_is_to_be_returned(capsys):
    organisation_id, _ = sell()
    granted(organisation_id, 30)
    prepaid, later = billed(organisation_id, BEFORE), billed(organisation_id, LAST)

    def credited(invoice, amount):
        credit_note_issue(
            invoice_id=invoice.id,
            total_micro=amount * MICRO,
            reason="an outage",
            reference=str(new_id()),
        )
        found = invoice_get(invoice.id)
        return euros(found.due_micro), euros(found.overpaid_micro)

    assert euros(prepaid.total_micro) == Decimal("52.48")
    assert credited(prepaid, 20) == (Decimal("2.48"), 0)
    assert credited(prepaid, 20) == (0, Decimal("17.52"))
    assert credited(later, 5) == (Decimal("47.48"), 0)
    invoice_pay(invoice_id=later.id)
    assert credited(later, 10) == (0, 10)
    call_command("invoice", "HM-000001")
    shown = capsys.readouterr().out
    assert re.search(r"to be returned +17.52 EUR", shown)
    assert re.search(r"paid in advance +-30.00 EUR", shown)
    credited_on = r"credited by HM-C000002 on \d{4}-\d\d-\d\d: an outage +-20.00 EUR"
    assert re.search(credited_on, shown)
    call_command("invoice", "HM-000002")
    assert re.search(r"to be returned +10.00 EUR", capsys.readouterr().out)


@pytest.mark.django_db
def test_the_operator_hears_what_cannot_be_done(tmp_path, capsys, monkeypatch):
    organisation_id, _ = sell(country="US")
    seller = models.Seller.objects.get()
    seller.tax_rules.filter(country="").delete()
    with pytest.raises(CommandError, match="1 of 1 customers could not be invoiced"):
        call_command("bill_month", f"{BEFORE.start:%Y-%m}")
    assert "no tax rule fits a consumer in US" in capsys.readouterr().out
    path = tmp_path / "terms.json"
    path.write_text(EXAMPLE.replace('"0.40"', "0.4"))
    with pytest.raises(CommandError, match=r"plans\[0\].prices.charges\[1\].price: must be"):
        call_command("billing_setup", str(path))
    monkeypatch.setattr("sys.stdin", io.StringIO(EXAMPLE))
    call_command("billing_setup", "-")  # as in a container, which has no file of ours
    assert "standard: version 1" in capsys.readouterr().out
    with pytest.raises(CommandError, match="2026-13: must be a month"):
        call_command("bill_month", "2026-13")
    this = drafted(organisation_id, month_of(timezone.now()))
    with pytest.raises(BillingRefused, match="its month is over on"):
        invoice_finalise(invoice_id=this.id)
