"""What a customer owes by now and has not been billed for."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from hazardmap.accounts.selectors import keys_of
from hazardmap.billing.models import Customer, Invoice, InvoiceLine, Subscription
from hazardmap.core.selling.pricing.period import Period, month_of
from hazardmap.core.selling.pricing.prices_json import prices_from
from hazardmap.core.selling.pricing.rating import Line, LineKind, rate, still_to_bill
from hazardmap.metering.selectors import usage_total


@dataclass(frozen=True, slots=True)
class Owed:
    """Lines for one part of a month under one subscription."""

    subscription: Subscription
    part: Period
    lines: list[Line]


def customer_rate(customer: Customer, until: datetime) -> list[Owed]:
    """What is still to be billed of every month up to `until`, the end of one, oldest first.

    Each month is rated as a whole, from all its usage as known now, and what was billed for it is
    taken off: so late usage costs what it would have cost in time, and nothing is billed twice.
    """
    keys, billed = keys_of(customer.organisation_id), _billed(customer)
    owed = []
    subscriptions = customer.subscriptions.select_related("price_version__plan")
    for subscription in subscriptions.filter(start__lt=until).order_by("start"):
        prices = prices_from(subscription.price_version.prices)
        for month, part in _parts(subscription, until):
            usage = usage_total(keys, start=part.start, end=part.end)
            lines = rate(prices, usage, period=month, part=part)
            missing = still_to_bill(lines, billed[subscription.id, part.start])
            if missing:
                owed.append(Owed(subscription, part, missing))
    return owed


def _parts(subscription: Subscription, until: datetime) -> Iterator[tuple[Period, Period]]:
    """Each month up to `until`, and the part of it that the subscription covers."""
    span = Period(subscription.start, min(until, subscription.end or until))
    month = month_of(span.start)
    while part := month.overlap(span):
        yield month, part
        month = month_of(month.end)


def _billed(customer: Customer) -> defaultdict[tuple[object, datetime], list[Line]]:
    """The lines of all invoices that count, by subscription and start."""
    lines = InvoiceLine.objects.filter(
        invoice__customer=customer, invoice__state__in=Invoice.COUNTED
    ).exclude(kind=LineKind.TAX)
    billed: defaultdict[tuple[object, datetime], list[Line]] = defaultdict(list)
    for line in lines:
        value = Line(LineKind(line.kind), line.of, line.quantity, line.amount_micro)
        billed[line.subscription_id, line.start].append(value)
    return billed
