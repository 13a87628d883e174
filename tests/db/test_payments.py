"""Payments: a call to the provider may fail after its work is done; nothing is asked twice."""

from decimal import Decimal
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from hazardmap.accounts.models import Membership, Organisation
from hazardmap.billing.models import Invoice
from hazardmap.billing.payment_models import PayerRef, Payment, ProviderEvent
from hazardmap.billing.payments.stripe_provider import Stripe
from hazardmap.billing.services import (
    cap_set,
    invoice_draft,
    invoice_finalise,
    invoice_pay,
    invoice_void,
    payers_update,
    payments_compare,
    payments_push,
)
from hazardmap.billing.tasks import compare_payments, update_payers
from hazardmap.core.access.roles import Role
from tests.account_scene import person
from tests.at_once import in_thread_of_its_own
from tests.billing_scene import BEFORE, customer_of, sell
from tests.payment_scene import billed, due_cents, paid, push, sent

pytestmark = pytest.mark.django_db


def test_the_provider_keeps_no_address_of_somebody_who_has_left(books):
    invoice = billed()
    organisation = Organisation.objects.get(pk=invoice.customer.organisation_id)
    first, second = person("a-first"), person("b-second")
    for one in (first, second):
        Membership.objects.create(organisation=organisation, user=one, role=Role.BILLING)
    push()
    (customer,) = books.customers.values()
    assert customer["email"] == first.email
    assert payers_update() == 0
    Membership.objects.filter(user=first).delete()
    books.lose = 1
    assert payers_update() == 0, "the answer was lost: told again"
    assert (payers_update(), payers_update()) == (1, 0)
    (customer,) = books.customers.values()
    assert customer["email"] == second.email
    Membership.objects.filter(organisation=organisation).delete()
    update_payers()  # as the schedule does
    assert customer["email"] == ""
    assert first.email not in str(books.customers)


def test_an_invoice_is_asked_for_once_and_settled_by_its_webhook(books, client):
    invoice = billed()
    assert (payments_push(), payments_push()) == (1, 0)
    (asked,) = books.invoices.values()
    assert (asked["status"], asked["amount_due"]) == ("open", due_cents(invoice))
    assert (asked["description"], asked["metadata"]) == (
        "HM-000001",
        {"hazardmap": str(invoice.id)},
    )
    asked.update(status="paid", amount_paid=asked["amount_due"])
    assert sent(client, paid(asked), secret="whsec_other") == 400
    assert Invoice.objects.get().state == "finalised"
    assert [sent(client, paid(asked)) for _ in range(3)] == [204] * 3
    assert Invoice.objects.get().state == "paid"
    assert ProviderEvent.objects.get().outcome == "paid"
    assert payments_push() == 0, "Stripe knows it already"
    assert list(payments_compare()) == []


@pytest.mark.parametrize("forgets_keys", [False, True], ids=["soon", "after a day"])
def test_lost_answers_never_ask_twice(books, forgets_keys):
    """Every single step's answer is lost once, though its work was done."""
    invoice = billed()
    books.forgets_keys = forgets_keys
    for step in (1, 2, 1, 1):  # the payer; the payer again and the invoice; its item; finalising
        books.lose = step
        assert push() == 0
        assert "lost on the way" in Payment.objects.get().problem
    assert push() == 1
    (asked,) = books.invoices.values()
    assert (asked["status"], asked["amount_due"]) == ("open", due_cents(invoice))
    assert len(books.items) == 1
    assert list(payments_compare()) == []


def test_a_push_that_was_killed_asks_nobody_twice_even_after_a_day(books, monkeypatch):
    """All that its transaction knew is gone, and Stripe has forgotten the keys."""
    billed()
    books.forgets_keys = True
    put = Stripe.bill_put

    def put_and_die(*arguments):
        put(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(Stripe, "bill_put", put_and_die)
        with pytest.raises(KeyboardInterrupt):
            push()
    assert Payment.objects.get().ref == ""
    assert push() == 1
    assert (len(books.customers), len(books.invoices), len(books.items)) == (1, 1, 1)
    assert list(payments_compare()) == []


def test_void_and_paid_otherwise_reach_the_provider(books):
    first = billed()
    push()
    invoice_void(invoice_id=first.id)
    second = invoice_draft(customer_id=first.customer_id, month=BEFORE)
    second = invoice_finalise(invoice_id=second.id)
    books.lose = 1
    assert (push(), push()) == (1, 1), "the lost one is told again"
    assert sorted(one["status"] for one in books.invoices.values()) == ["open", "void"]
    invoice_pay(invoice_id=second.id)
    push()
    assert sorted(one["status"] for one in books.invoices.values()) == ["paid", "void"]
    assert list(payments_compare()) == []


def test_the_daily_comparison_finds_what_no_webhook_told(books, client, capsys, caplog):
    billed()
    assert list(payments_compare()) == []
    Payment.objects.create(invoice=Invoice.objects.get(), provider="stripe")
    assert list(payments_compare()) == ["HM-000001: stripe does not know it: not told yet"]
    push()
    (asked,) = books.invoices.values()
    assert sent(client, paid(asked, amount_paid=1)) == 204
    assert list(payments_compare()) == ["evt_1 (invoice.paid): another amount than is due"]
    ProviderEvent.objects.all().delete()
    asked["status"] = "paid"
    with pytest.raises(CommandError, match="1 differences"):
        call_command("payments", compare=True)
    assert "finalised here and paid there; noted as paid" in capsys.readouterr().out
    assert list(payments_compare()) == []
    asked["amount_due"] -= 1
    (difference,) = payments_compare()
    compare_payments()
    assert f"payments: {difference}" in caplog.text


def test_the_comparison_finds_what_a_restored_dump_does_not_know(books):
    """Else it would be asked for once more, in an invoice of another id."""
    billed()
    push()
    (asked,) = books.invoices.values()
    books.invoices["in_9"] = asked | {"id": "in_9", "metadata": {"somebody": "else"}}
    Payment.objects.all().delete()
    assert list(payments_compare()) == ["HM-000001: it is open there (in_1) and unknown here"]
    asked["status"] = "paid"
    assert list(payments_compare()) == ["HM-000001: it is paid there (in_1) and unknown here"]
    asked["status"] = "void"
    assert list(payments_compare()) == []


def test_the_right_amount_in_another_currency_settles_nothing(books, client):
    billed()
    push()
    (asked,) = books.invoices.values()
    assert sent(client, paid(asked, currency="usd")) == 204
    assert Invoice.objects.get().state == "finalised"
    assert ProviderEvent.objects.get().outcome == "another amount than is due"
    assert list(payments_compare()) == ["evt_1 (invoice.paid): another amount than is due"]


def test_without_a_key_buyers_pay_by_transfer(client):
    invoice = billed()
    call_command("payments")
    assert Payment.objects.get().ref == "HM-000001"
    invoice_pay(invoice_id=invoice.id)
    assert payments_push() == 1
    assert list(payments_compare()) == []
    assert (
        client.post("/payments/stripe/", "{}", content_type="application/json").status_code == 404
    )


def test_a_wrong_key_is_a_problem_that_is_named_and_tried_again(books, settings):
    billed()
    settings.STRIPE_KEY = "sk_wrong"
    assert payments_push() == 0
    payment = Payment.objects.get()
    assert "Invalid API Key" in payment.problem
    assert payment.next_at > timezone.now()


@pytest.mark.django_db(transaction=True)
def test_a_buyer_does_not_wait_for_the_provider_to_answer(monkeypatch):
    organisation_id, _ = sell()
    customer = customer_of(organisation_id)
    PayerRef.objects.create(customer=customer, provider="slow", ref="1", email="gone@old.example")

    def put(payer, ref):
        cap = {"organisation_id": organisation_id, "amount": Decimal(5)}
        in_thread_of_its_own(lambda: cap_set(**cap))

    slow = SimpleNamespace(name="slow", payer_put=put)
    module = import_module("hazardmap.billing.services.payers_update")
    monkeypatch.setattr(module, "provider", lambda: slow)
    assert payers_update() == 1
    assert customer.caps.get().amount_micro == 5_000_000
