"""What is still open between a customer and whoever runs the site."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from hazardmap.billing.models import Customer
from hazardmap.billing.selectors import invoices_of, prepaid_of
from hazardmap.billing.services.customer_rate import customer_rate
from hazardmap.core.selling.pricing.money import Currency, written
from hazardmap.core.selling.pricing.period import month_of
from hazardmap.core.selling.pricing.rating import total_micro


def money_open(organisation_id: UUID, now: datetime) -> Iterator[str]:
    """What is due, not invoiced yet, or paid in advance; a part of a sentence for each."""
    customer = Customer.objects.filter(organisation=organisation_id).first()
    if customer is None:
        return
    for invoice in reversed(invoices_of(organisation_id)):
        if invoice.due_micro:
            yield f"{written(invoice.due_micro, invoice.currency)} of {invoice.number} is due"
        if invoice.overpaid_micro:
            amount = written(invoice.overpaid_micro, invoice.currency)
            yield f"{amount} of {invoice.number} was credited after it was paid"
    month = month_of(now)
    unbilled_micro = sum(total_micro(owed.lines) for owed in customer_rate(customer, month.end))
    if unbilled_micro:
        amount = written(unbilled_micro, Currency(customer.currency))
        yield f"{amount} before tax is not invoiced yet, which bill_month {month.start:%Y-%m} does"
    for credit in prepaid_of(organisation_id, now):
        yield f"{written(credit.left_micro, credit.currency)} of what it paid in advance is left"
