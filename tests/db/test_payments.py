"""Payments: a call to the provider may fail after its work is done; nothing is asked twice."""

import hashlib
import hmac
import json
import time
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
    credit_note_issue,
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
from hazardmap.platform.ids import new_id
from tests.account_scene import person
from tests.at_once import in_thread_of_its_own
from tests.billing_scene import BEFORE, customer_of, sell, serve
from tests.stripe_stub import stripe_stub

SECRET = "whsec_test"
pytestmark = pytest.mark.django_db


@pytest.fixture
def books(settings):
    with stripe_stub() as stub:
        settings.STRIPE_URL, settings.STRIPE_KEY = stub.url, "sk_test_1"
        settings.STRIPE_WEBHOOK_SECRET = SECRET
        yield stub


def billed():
    organisation_id, key = sell()
    serve(key, BEFORE, units=60_000)
    draft = invoice_draft(customer_id=customer_of(organisation_id).pk, month=BEFORE)
    assert draft is not None
    return invoice_finalise(invoice_id=draft.id)


def push():
    """As the schedule does, after any pause."""
    Payment.objects.update(next_at=timezone.now())
    return payments_push()


def sent(client, event, *, secret=SECRET):
    body, at = json.dumps(event), int(time.time())
    signature = hmac.new(secret.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
    return client.post(
        "/payments/stripe/",
        body,
        content_type="application/json",
        headers={"Stripe-Signature": f"t={at},v1={signature}"},
    ).status_code


def paid(invoice, **over):
    said = {"object": "invoice", "status": "paid", "amount_paid": invoice["amount_due"]}
    data = {"object": invoice | said | over}
    return {"id": "evt_1", "object": "event", "type": "invoice.paid", "data": data}


def due_cents(invoice):
    return invoice.total_micro // 10_000


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
