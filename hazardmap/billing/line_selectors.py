"""Reads: what lines of invoices are made of, and what of them belongs to the contributors."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from typing import Final, NamedTuple
from uuid import UUID

from django.db.models import QuerySet, Sum

from hazardmap.accounts.selectors import keys_of
from hazardmap.billing.models import Customer, Invoice, InvoiceLine, LineHour
from hazardmap.billing.selectors import customers_until
from hazardmap.core.selling.pricing.attribution import paid_by_usage
from hazardmap.core.selling.pricing.money import Currency
from hazardmap.core.selling.pricing.period import Period
from hazardmap.core.selling.pricing.prices_json import prices_from
from hazardmap.core.selling.pricing.rating import Line, LineKind
from hazardmap.core.selling.usage import Meter
from hazardmap.metering.selectors import Used, is_kept, usage_by_hour, usage_in_hour

ANSWERS_SHOWN: Final = 500
HOURS_SHOWN: Final = 2000


@dataclass(frozen=True, slots=True)
class BilledHour:
    """How many units of an hour's usage of a key a line bills."""

    key_id: str
    hour: datetime
    quantity: int


class FirstHours(NamedTuple):
    """The HOURS_SHOWN first of a line: each key has one of its own."""

    shown: list[BilledHour]
    more: bool


class FirstAnswers(NamedTuple):
    """The ANSWERS_SHOWN first of an hour: with tiles there may be hundreds of thousands.

    kept: or they have been forgotten since.
    """

    shown: list[Used]
    more: bool
    kept: bool


@dataclass(frozen=True, slots=True)
class LineShare:
    """What of a line of usage belongs to the contributors.

    start: of what it bills. paid: its invoice is, so that there is something to divide. void: it
    was taken back.
    """

    line_id: UUID
    start: datetime
    meter: Meter
    currency: Currency
    amount_micro: int
    paid: bool
    void: bool


@dataclass(frozen=True, slots=True)
class Unbilled:
    """Units of an hour that were served and that live invoices bill; they differ."""

    key_id: str
    hour: datetime
    meter: Meter
    served: int
    billed: int
    subscribed: bool


def line_hours(line_id: UUID) -> list[BilledHour]:
    """What a line of usage is made of; the quantities sum to the line's."""
    return [BilledHour(*row) for row in _hours(line_id)]


def line_hours_first(line_id: UUID) -> FirstHours:
    """The first of them, for a page."""
    found = [BilledHour(*row) for row in _hours(line_id)[: HOURS_SHOWN + 1]]
    return FirstHours(found[:HOURS_SHOWN], more=len(found) > HOURS_SHOWN)


def _hours(line_id: UUID) -> QuerySet[LineHour, tuple[str, datetime, int]]:
    hours = LineHour.objects.filter(line_id=line_id).order_by("hour", "key_id")
    return hours.values_list("key_id", "hour", "quantity")


def line_events(line_id: UUID) -> Iterator[tuple[BilledHour, Iterator[Used]]]:
    """Every answer behind a line, by key and hour, read as they are needed.

    Where usage came late, an hour is billed by two invoices, and both show all its answers.
    """
    line = InvoiceLine.objects.get(pk=line_id)
    for hour in line_hours(line_id):
        yield hour, usage_in_hour(hour.key_id, Meter(line.of), hour.hour)


def line_hour_events(line_id: UUID, key_id: str, hour: datetime) -> FirstAnswers:
    """The first answers of one hour of a line, as `line_events` gives them. Raises ValueError on a
    time without a zone."""
    if hour.tzinfo is None:
        raise ValueError("an hour needs a time zone")
    if not LineHour.objects.filter(line_id=line_id, key_id=key_id, hour=hour).exists():
        return FirstAnswers([], more=False, kept=True)
    line = InvoiceLine.objects.get(pk=line_id)
    answers = usage_in_hour(key_id, Meter(line.of), hour)
    shown = list(islice(answers, ANSWERS_SHOWN))
    return FirstAnswers(shown, more=next(answers, None) is not None, kept=is_kept(hour))


def hours_unbilled(customer_id: int, month: Period) -> Iterator[Unbilled]:
    """Where what a customer was served in a month differs from what it has been invoiced."""
    customer = Customer.objects.get(pk=customer_id)
    keys = keys_of(customer.organisation_id)
    spans = list(customer.subscriptions.filter(start__lt=month.end).values_list("start", "end"))
    billed = LineHour.objects.filter(
        line__invoice__customer=customer,
        line__invoice__state__in=Invoice.COUNTED,
        hour__gte=month.start,
        hour__lt=month.end,
    )
    for meter in Meter:
        used = usage_by_hour(keys, meter, start=month.start, end=month.end)
        served = {(row.key_id, row.hour): row.quantity for row in used}
        sums = billed.filter(line__of=meter.value).values_list("key_id", "hour")
        billed_units = {(key, hour): units for key, hour, units in sums.annotate(Sum("quantity"))}
        for key, hour in sorted(served.keys() | billed_units.keys()):
            one, other = served.get((key, hour), 0), billed_units.get((key, hour), 0)
            if one != other:
                covered = any(start <= hour and (end is None or hour < end) for start, end in spans)
                yield Unbilled(key, hour, meter, one, other, covered)


def is_open(month: Period) -> bool:
    """Whether something that was served in a month is still to be invoiced, or to be paid."""
    return any(
        hour.subscribed
        for customer_id in customers_until(month.end)
        for hour in hours_unbilled(customer_id, month)
    ) or any(state in {Invoice.State.DRAFT, Invoice.State.FINALISED} for state, *_ in _bills(month))


def months_billing(month: Period) -> list[Period]:
    """The months of the invoices that bill what was served in a month: usage may come late."""
    return sorted({Period(start, end) for _, start, end in _bills(month)})


def _bills(month: Period) -> list[tuple[str, datetime, datetime]]:
    """State, start and end of these invoices."""
    hours = LineHour.objects.filter(hour__gte=month.start, hour__lt=month.end)
    invoices = Invoice.objects.filter(lines__in=hours.values("line"))
    return list(invoices.values_list("state", "start", "end").distinct())


def months_ended(line_ids: Iterable[UUID]) -> list[Period]:
    """The months of those of these lines whose invoices are paid or void."""
    ended = [Invoice.State.PAID, Invoice.State.VOID]
    invoices = Invoice.objects.filter(lines__in=list(line_ids), state__in=ended)
    spans = invoices.values_list("start", "end").distinct().order_by("start")
    return [Period(start, end) for start, end in spans]


def shares_of(month: Period) -> Iterator[LineShare]:
    """What of each line of usage of a month's invoices belongs to the contributors."""
    invoices = Invoice.objects.filter(start=month.start).exclude(state=Invoice.State.DRAFT)
    for invoice in invoices.order_by("seller_id", "number"):
        lines = invoice.lines.exclude(kind=LineKind.TAX).select_related(
            "subscription__price_version"
        )
        for _, group in groupby(
            lines.order_by("position"), key=lambda line: (line.subscription_id, line.start)
        ):
            yield from _shares(invoice, {line.id: line for line in group})


def _shares(invoice: Invoice, lines: dict[UUID, InvoiceLine]) -> Iterator[LineShare]:
    values = {
        id_: Line(LineKind(row.kind), row.of, row.quantity, row.amount_micro)
        for id_, row in lines.items()
    }
    for line_id, paid_micro in paid_by_usage(values.items()).items():
        subscription = lines[line_id].subscription
        assert subscription is not None  # noqa: S101 - only tax has none
        prices = prices_from(subscription.price_version.prices)
        yield LineShare(
            line_id=line_id,
            start=lines[line_id].start,
            meter=Meter(lines[line_id].of),
            currency=Currency(invoice.currency),
            amount_micro=int(paid_micro * prices.contributors_percent / 100),
            paid=invoice.state == Invoice.State.PAID,
            void=invoice.state == Invoice.State.VOID,
        )
