"""Tell the payment provider what is to be paid, what is void, and what was paid some other way."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from hazardmap.accounts.selectors import people_who_may
from hazardmap.billing.invoice_facts import invoice_facts
from hazardmap.billing.models import Customer, Invoice
from hazardmap.billing.payment_models import PayerRef, Payment
from hazardmap.billing.payments.chosen import provider
from hazardmap.billing.payments.provider import Bill, Payer, Provider, ProviderFailed
from hazardmap.billing.selectors import asked_micro
from hazardmap.core.access.roles import Act
from hazardmap.core.messages.backoff import delays_s

AT_ONCE: Final = 100
_STATE = Invoice.State


def payments_push() -> int:
    """Bring the provider up to date; return how many invoices it was told something about.

    Safe to call again and at once: an invoice is locked while the provider is told, and what was
    told already is found there. What fails is tried again, later each time.
    """
    chosen = provider()
    _begin(chosen)
    waiting = Payment.objects.filter(provider=chosen.name, next_at__lte=timezone.now())
    behind = waiting.exclude(
        told=F("invoice__state"), told_credited_micro=F("invoice__credited_micro")
    ).order_by("next_at", "id")
    ids = list(behind.values_list("pk", flat=True)[:AT_ONCE])
    return sum(_push(chosen, id_) for id_ in ids)


def _begin(chosen: Provider) -> None:
    """A row for every invoice of which something is to be paid."""
    settled = F("paid_by_credit_micro") + F("credited_micro")
    owed = Q(state=_STATE.FINALISED, total_micro__gt=settled)
    new = Invoice.objects.filter(owed, payment=None).order_by("finalised_at")
    Payment.objects.bulk_create(
        (Payment(invoice=row, provider=chosen.name) for row in new[:AT_ONCE]),
        ignore_conflicts=True,
    )


def _push(chosen: Provider, payment_id: int) -> bool:
    """First the payer, who is kept whatever becomes of the rest: a bill of which a kill has left us
    nothing is found again among his, and after a day by nothing else.
    """
    return _step(chosen, payment_id, _introduce) and _step(chosen, payment_id, _tell)


@transaction.atomic
def _step(chosen: Provider, payment_id: int, step: Callable[[Provider, Payment], None]) -> bool:
    rows = Payment.objects.select_related("invoice__customer", "invoice__seller")
    payment = rows.select_for_update(of=("self",), skip_locked=True).filter(pk=payment_id).first()
    if payment is None or _told(payment) == _known(payment.invoice):
        return False
    try:
        step(chosen, payment)
    except ProviderFailed as failed:
        payment.tries += 1
        *_, pause_s = delays_s(first_s=30, longest_s=6 * 3600, tries=payment.tries)
        payment.next_at = timezone.now() + timedelta(seconds=pause_s)
        payment.problem = str(failed)[:500]
        payment.save()
        return False
    return True


def _told(payment: Payment) -> tuple[str, int]:
    return payment.told, payment.told_credited_micro


def _known(invoice: Invoice) -> tuple[str, int]:
    return invoice.state, invoice.credited_micro


def _introduce(chosen: Provider, payment: Payment) -> None:
    """Raises ProviderFailed."""
    if _is_to_be_asked(payment):
        _payer_ref(chosen, payment.invoice.customer)


def _is_to_be_asked(payment: Payment) -> bool:
    state = payment.invoice.state
    return state == _STATE.FINALISED or (state == _STATE.PAID and payment.told != _STATE.PAID)


def _tell(chosen: Provider, payment: Payment) -> None:
    """What was credited after the payment is no matter of the provider's: it asks for nothing any
    more. Raises ProviderFailed.
    """
    state = payment.invoice.state
    if _is_to_be_asked(payment):
        payer_ref = _payer_ref(chosen, payment.invoice.customer)
        payment.ref = chosen.bill_put(_bill(payment.invoice), payer_ref, payment.ref)
    if state == _STATE.VOID and payment.ref:
        chosen.bill_void(payment.ref)
    if state == _STATE.PAID:
        chosen.bill_settle(payment.ref)
    payment.told, payment.told_credited_micro = _known(payment.invoice)
    payment.tries, payment.problem = 0, ""
    payment.save()


def _payer_ref(chosen: Provider, customer: Customer) -> str:
    known = PayerRef.objects.filter(customer=customer, provider=chosen.name).first()
    if known is not None:
        return known.ref
    emails = tuple(
        one.email for one in people_who_may(customer.organisation_id, Act.MANAGE_BILLING)
    )
    payer = Payer(customer.pk, customer.name, emails)
    ref = chosen.payer_put(payer, "")
    PayerRef.objects.create(customer=customer, provider=chosen.name, ref=ref, email=payer.email)
    return ref


def _bill(invoice: Invoice) -> Bill:
    facts = invoice_facts(invoice.pk)
    return Bill(
        id=invoice.pk,
        number=facts.number,
        currency=facts.currency,
        due_minor=asked_micro(invoice) // facts.currency.minor_micro,
        due_on=facts.due_on,
    )
