"""Draft the invoice of a month, as often as one likes: the same usage gives the same draft."""

from collections import Counter
from datetime import datetime

from django.db import transaction
from django.db.models import Sum

from hazardmap.accounts.selectors import keys_of
from hazardmap.billing.models import Customer, Invoice, InvoiceLine, LineHour
from hazardmap.billing.services.customer_lock import customer_lock
from hazardmap.billing.services.invoice_lines import invoice_lines
from hazardmap.core.selling.pricing.period import Period
from hazardmap.core.selling.pricing.rating import LineKind
from hazardmap.core.selling.usage import Meter
from hazardmap.metering.selectors import usage_by_hour
from hazardmap.metering.services import usage_hold
from hazardmap.platform.rows_put import rows_put


@transaction.atomic
def invoice_draft(*, customer_id: int, month: Period) -> Invoice | None:
    """The invoice of a month: drafted anew unless it is finalised; None where nothing is owed.

    Raises BillingRefused and core.selling.pricing.tax.TaxUnknown.
    """
    customer = customer_lock(pk=customer_id)
    usage_hold()
    invoice = customer.invoices.exclude(state=Invoice.State.VOID).filter(start=month.start).first()
    if invoice is not None and invoice.state != Invoice.State.DRAFT:
        return invoice
    stored = invoice is not None
    invoice = invoice or Invoice(customer=customer, seller=customer.seller)
    invoice.start, invoice.end, invoice.currency = month.start, month.end, customer.currency
    invoice.parties = parties(customer)
    lines = invoice_lines(customer, invoice)
    if not lines:
        if stored:
            invoice.delete()
        return None
    _sum_up(invoice, lines)
    invoice.save()
    _store(customer, invoice, lines)
    return invoice


def parties(customer: Customer) -> dict[str, dict[str, str]]:
    """Seller and buyer, as an invoice names them; the seller with the account that is to be paid,
    the buyer with the reference that he wants."""
    named = {
        role: {
            "name": party.name,
            "address": party.address,
            "country": party.country,
            "tax_number": party.tax_number,
        }
        for role, party in (("seller", customer.seller), ("buyer", customer))
    }
    named["seller"]["account"] = customer.seller.account
    named["buyer"]["reference"] = customer.reference
    return named


def _sum_up(invoice: Invoice, lines: list[InvoiceLine]) -> None:
    invoice.total_micro = sum(line.amount_micro for line in lines)
    invoice.tax_micro = lines[-1].amount_micro
    invoice.net_micro = invoice.total_micro - invoice.tax_micro


def _store(customer: Customer, invoice: Invoice, lines: list[InvoiceLine]) -> None:
    LineHour.objects.filter(line__invoice=invoice).delete()
    invoice.lines.all().delete()
    InvoiceLine.objects.bulk_create(lines)
    keys = keys_of(customer.organisation_id)
    for line in lines:
        if line.quantity:
            hours = _hours(keys, line)
            rows = [
                {"line_id": str(line.id), "key_id": key, "hour": str(hour), "quantity": units}
                for (key, hour), units in hours.items()
            ]
            rows_put(LineHour, rows, unique="line_id, key_id, hour", over=False)


def _hours(keys: list[str], line: InvoiceLine) -> dict[tuple[str, datetime], int]:
    """By key and hour: the units used less those that other invoices have billed."""
    used = usage_by_hour(keys, Meter(line.of), start=line.start, end=line.end)
    units = Counter({(hour.key_id, hour.hour): hour.quantity for hour in used})
    billed = LineHour.objects.filter(
        line__subscription=line.subscription_id,
        line__start=line.start,
        line__kind=LineKind.USAGE,
        line__of=line.of,
        line__invoice__state__in=Invoice.COUNTED,
    )
    for key, hour, quantity in billed.values_list("key_id", "hour").annotate(Sum("quantity")):
        units[key, hour] -= quantity
    return {place: count for place, count in units.items() if count}
