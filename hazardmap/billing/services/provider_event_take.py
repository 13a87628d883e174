"""What the payment provider tells us, each message once."""

from typing import Any
from uuid import UUID

from django.db import transaction

from hazardmap.billing.models import Invoice
from hazardmap.billing.payment_models import Payment, ProviderEvent
from hazardmap.billing.refused import BillingRefused
from hazardmap.billing.selectors import asked_micro
from hazardmap.billing.services.invoice_settle import invoice_pay
from hazardmap.core.selling.pricing.money import Currency

PAID = "invoice.paid"
NOTHING = "nothing to do"


@transaction.atomic
def provider_event_take(*, provider: str, event: dict[str, Any]) -> bool:
    """Act on an event that was verified; False where it was taken before.

    A payment of what is due settles the invoice. What cannot be acted on (an unknown invoice,
    another amount, a second payment) is kept with the reason, for the daily comparison to show.
    """
    row, new = ProviderEvent.objects.get_or_create(
        id=str(event["id"]), defaults={"kind": str(event["type"])[:100], "payload": event}
    )
    if not new:
        return False
    row.outcome = _act(provider, event) if row.kind == PAID else NOTHING
    row.save(update_fields=["outcome"])
    return True


def _act(provider: str, event: dict[str, Any]) -> str:
    said = event["data"]["object"]
    payment = Payment.objects.filter(provider=provider, ref=str(said["id"])).first()
    if payment is None:
        return "there is no such invoice here"
    if not asked_micro(payment.invoice) and not int(said["amount_paid"]):
        return NOTHING  # a credit note took all of it back
    if _is_second(payment, said):
        return "it was paid here already: one of both payments is to be returned"
    if not pays(payment.invoice, str(said["currency"]), int(said["amount_paid"])):
        return "another amount than is due"
    return settle(payment.pk, payment.invoice_id)


def _is_second(payment: Payment, said: dict[str, Any]) -> bool:
    """A payment of what the operator had noted as paid, before the provider was told so."""
    noted = payment.invoice.state == Invoice.State.PAID and payment.told != Invoice.State.PAID
    # Of its versions one says it so and one so, where we have told it that it was paid otherwise.
    otherwise = said.get("paid_out_of_band") or said.get("amount_paid_off_stripe")
    return noted and not otherwise and int(said["amount_paid"]) > 0


def pays(invoice: Invoice, currency: str, paid_minor: int) -> bool:
    """More than is due where he paid before the provider knew of a credit note."""
    minor = Currency(invoice.currency).minor_micro
    return currency.upper() == invoice.currency and paid_minor * minor >= asked_micro(invoice)


def settle(payment_id: int, invoice_id: UUID) -> str:
    """The provider knows already that it is paid."""
    try:
        invoice_pay(invoice_id=invoice_id)
    except BillingRefused as refused:
        return str(refused)[:200]
    Payment.objects.filter(pk=payment_id).update(told=Invoice.State.PAID)
    return "paid"
