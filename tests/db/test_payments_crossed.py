"""Credit notes and payments that cross on their way: nobody is asked for too much, and who has paid
too much is found."""

import pytest

from hazardmap.billing.models import Invoice
from hazardmap.billing.services import credit_note_issue, invoice_pay, payments_compare
from hazardmap.platform.ids import new_id
from tests.payment_scene import billed, due_cents, paid, push, sent

pytestmark = pytest.mark.django_db


def credit(invoice, cents):
    credit_note_issue(
        invoice_id=invoice.id,
        total_micro=cents * 10_000,
        reason="an outage",
        reference=str(new_id()),
    )


@pytest.mark.parametrize("begun", [False, True])
def test_a_credit_note_before_the_push_is_not_asked_for(books, begun):
    invoice = billed()
    if begun:
        books.lose = 3  # the payer, the invoice, its item: it is in the draft, and not asked for
        assert push() == 0
    credit(invoice, 500)
    assert push() == 1
    (asked,) = books.invoices.values()
    assert (asked["status"], asked["amount_due"]) == ("open", due_cents(invoice) - 500)
    assert books.credit_notes == []
    assert list(payments_compare()) == []


@pytest.mark.parametrize("forgets_keys", [False, True], ids=["soon", "after a day"])
def test_a_credit_note_on_an_open_invoice_is_told_once(books, client, forgets_keys):
    invoice = billed()
    push()
    books.forgets_keys = forgets_keys
    credit(invoice, 500)
    (asked,) = books.invoices.values()
    total = due_cents(invoice)
    assert list(payments_compare()) == [
        f"HM-000001: {total - 500} EUR here and {total} EUR there, in minor units"
    ]
    books.lose = 1
    assert (push(), push(), push()) == (0, 1, 0)
    credit(invoice, 200)
    assert push() == 1
    assert [note["amount"] for note in books.credit_notes] == ["500", "200"]
    assert (asked["status"], asked["amount_due"]) == ("open", total - 700)
    assert list(payments_compare()) == []
    asked.update(status="paid", amount_paid=asked["amount_due"])
    assert sent(client, paid(asked)) == 204
    assert Invoice.objects.get().state == "paid"
    credit(invoice, 100)
    push()
    assert len(books.credit_notes) == 2, "it is paid: the operator gives the money back"
    assert list(payments_compare()) == []


def test_an_invoice_that_is_credited_whole_is_settled_and_not_paid(books, client):
    invoice = billed()
    push()
    credit(invoice, due_cents(invoice))
    assert push() == 1
    (asked,) = books.invoices.values()
    assert (asked["status"], asked["amount_due"]) == ("paid", 0)
    assert sent(client, paid(asked)) == 204
    assert Invoice.objects.get().state == "finalised", "nobody has paid anything"
    assert list(payments_compare()) == []


def test_an_invoice_that_is_credited_whole_at_once_is_never_asked_for(books):
    invoice = billed()
    credit(invoice, due_cents(invoice))
    assert push() == 0
    assert books.invoices == {}


def test_who_pays_before_a_credit_note_is_told_has_paid_too_much(books, client):
    invoice = billed()
    push()
    credit(invoice, 500)
    (asked,) = books.invoices.values()
    asked.update(status="paid", amount_paid=asked["amount_due"])
    assert sent(client, paid(asked)) == 204
    assert Invoice.objects.get().state == "paid"
    push()
    assert books.credit_notes == []
    assert len(list(payments_compare())) == 1


def test_who_pays_twice_in_two_ways_is_found(books, client):
    """By transfer, which the operator has noted, and at Stripe before that was told there."""
    invoice = billed()
    push()
    (asked,) = books.invoices.values()
    invoice_pay(invoice_id=invoice.id)
    asked.update(status="paid", amount_paid=asked["amount_due"])
    assert sent(client, paid(asked)) == 204
    twice = "evt_1 (invoice.paid): it was paid here already: one of both payments is to be returned"
    assert list(payments_compare()) == [twice]
    assert (push(), push()) == (1, 0)
    assert list(payments_compare()) == [twice]


def test_what_we_say_was_paid_otherwise_is_no_second_payment(books, client):
    """Stripe tells us of it, maybe before we have noted that it was told."""
    invoice = billed()
    push()
    invoice_pay(invoice_id=invoice.id)
    (asked,) = books.invoices.values()
    assert sent(client, paid(asked, amount_paid_off_stripe=asked["amount_due"])) == 204
    asked.update(status="paid", amount_paid=asked["amount_due"])
    assert list(payments_compare()) == []
