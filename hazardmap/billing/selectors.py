"""Reads: invoices as values, down to the answers behind a line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hazardmap.billing.models import Customer, Invoice, InvoiceLine, LineHour
from hazardmap.core.pricing.money import Currency
from hazardmap.core.pricing.period import Period
from hazardmap.core.usage import Meter
from hazardmap.metering.selectors import Used, usage_in_hour

NUMBER = re.compile(r"([A-Z0-9]{1,10})-(\d{1,9})", re.ASCII)


@dataclass(frozen=True, slots=True)
class InvoiceLineInfo:
    """late: for a month before the invoice's own."""

    id: UUID
    position: int
    text: str
    quantity: int
    amount_micro: int
    late: bool


@dataclass(frozen=True, slots=True)
class InvoiceInfo:
    """number: "" of a draft. due_micro: what is still to be paid."""

    id: UUID
    number: str
    state: str
    month: Period
    buyer: str
    currency: Currency
    lines: tuple[InvoiceLineInfo, ...]
    net_micro: int
    tax_micro: int
    total_micro: int
    due_micro: int


@dataclass(frozen=True, slots=True)
class BilledHour:
    """How many units of an hour's usage of a key a line bills."""

    key_id: str
    hour: datetime
    quantity: int


def customers_until(end: datetime) -> list[int]:
    """Everybody who has or had a subscription before `end`."""
    found = Customer.objects.filter(subscriptions__start__lt=end).order_by("pk").distinct()
    return list(found.values_list("pk", flat=True))


def invoice_id_of(text: str) -> UUID | None:
    """The invoice of a number like HM-000012, or of the id of a draft."""
    found = NUMBER.fullmatch(text)
    if found:
        prefix, number = found[1], int(found[2])
        rows = Invoice.objects.filter(seller__prefix=prefix, number=number)
    else:
        try:
            rows = Invoice.objects.filter(pk=UUID(text))
        except ValueError:
            return None
    return rows.values_list("pk", flat=True).first()


def invoice_get(invoice_id: UUID) -> InvoiceInfo:
    """Raises Invoice.DoesNotExist."""
    row = Invoice.objects.select_related("seller").get(pk=invoice_id)
    return InvoiceInfo(
        id=row.id,
        number=invoice_number(row),
        state=row.state,
        month=Period(row.start, row.end),
        buyer=row.parties["buyer"]["name"],
        currency=Currency(row.currency),
        lines=tuple(_line_info(row, line) for line in row.lines.order_by("position")),
        net_micro=row.net_micro,
        tax_micro=row.tax_micro,
        total_micro=row.total_micro,
        due_micro=_due_micro(row),
    )


def invoice_number(row: Invoice) -> str:
    return "" if row.number is None else f"{row.seller.prefix}-{row.number:06d}"


def line_hours(line_id: UUID) -> list[BilledHour]:
    """What a line of usage is made of; the quantities sum to the line's."""
    hours = LineHour.objects.filter(line_id=line_id).order_by("hour", "key_id")
    return [BilledHour(*row) for row in hours.values_list("key_id", "hour", "quantity")]


def line_events(line_id: UUID) -> Iterator[tuple[BilledHour, list[Used]]]:
    """Every answer behind a line, by key and hour.

    Where usage came late, an hour is billed by two invoices, and both show all its answers.
    """
    line = InvoiceLine.objects.get(pk=line_id)
    for hour in line_hours(line_id):
        yield hour, usage_in_hour(hour.key_id, Meter(line.of), hour.hour)


def _line_info(invoice: Invoice, line: InvoiceLine) -> InvoiceLineInfo:
    return InvoiceLineInfo(
        id=line.id,
        position=line.position,
        text=line.text,
        quantity=line.quantity,
        amount_micro=line.amount_micro,
        late=line.start < invoice.start,
    )


def _due_micro(row: Invoice) -> int:
    if row.state != Invoice.State.FINALISED:
        return 0
    return max(0, row.total_micro - row.paid_by_credit_micro - row.credited_micro)
