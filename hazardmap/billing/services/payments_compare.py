"""Does the payment provider know the same of each invoice as we do?"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from hazardmap.billing.models import Invoice
from hazardmap.billing.payment_models import Payment, ProviderEvent
from hazardmap.billing.payments.chosen import provider
from hazardmap.billing.payments.provider import Fate, Known, Provider, ProviderFailed
from hazardmap.billing.selectors import asked_micro, invoice_number
from hazardmap.billing.services.provider_event_take import NOTHING, PAID, pays, settle
from hazardmap.core.selling.pricing.money import Currency

LOOK_BACK: Final = timedelta(days=120)
_SAME: Final = {
    Invoice.State.FINALISED.value: Fate.OPEN,
    Invoice.State.PAID.value: Fate.PAID,
    Invoice.State.VOID.value: Fate.VOID,
}


def payments_compare() -> Iterator[str]:
    """Every difference, one sentence each; a payment that we had not heard of is noted."""
    chosen, since = provider(), timezone.now() - LOOK_BACK
    rows = Payment.objects.filter(provider=chosen.name, invoice__finalised_at__gte=since)
    for payment in rows.select_related("invoice__seller").order_by("invoice__number"):
        number = invoice_number(payment.invoice)
        if not payment.ref:
            yield f"{number}: {chosen.name} does not know it: {payment.problem or 'not told yet'}"
            continue
        try:
            known = chosen.bill_look(payment.ref)
        except ProviderFailed as failed:
            yield f"{number}: {failed}"
            continue
        if known is not None:
            yield from _differences(number, payment, known)
    yield from _strangers(chosen, since)
    strange = ProviderEvent.objects.filter(kind=PAID, at__gte=since).exclude(
        outcome__in=["paid", NOTHING]
    )
    for event in strange.order_by("at"):
        yield f"{event.id} ({event.kind}): {event.outcome}"


def _strangers(chosen: Provider, since: datetime) -> Iterator[str]:
    """What a dump that was restored does not know, and would be asked for once more."""
    ours = {str(id_) for id_ in Payment.objects.values_list("invoice_id", flat=True)}
    try:
        for asked in chosen.bills_since(since):
            if asked.invoice_id not in ours and asked.fate is not Fate.VOID:
                yield f"{asked.number}: it is {asked.fate} there ({asked.ref}) and unknown here"
    except ProviderFailed as failed:
        yield str(failed)


def _differences(number: str, payment: Payment, known: Known) -> Iterator[str]:
    invoice = payment.invoice
    minor = Currency(invoice.currency).minor_micro
    asked = (asked_micro(invoice) // minor, invoice.currency)
    # What was credited whole is paid in the provider's words, though nobody has paid.
    credited = invoice.state == Invoice.State.FINALISED and asked[0] == known.due_minor == 0
    if known.fate is not (Fate.PAID if credited else _SAME[invoice.state]):
        words = f"{number}: it is {invoice.state} here and {known.fate} there"
        if known.fate is Fate.PAID and pays(invoice, known.currency, known.due_minor):
            words += f"; noted as {settle(payment.pk, invoice.pk)}"
        yield words
    if asked != (known.due_minor, known.currency):
        here = f"{asked[0]} {asked[1]}"
        yield f"{number}: {here} here and {known.due_minor} {known.currency} there, in minor units"
