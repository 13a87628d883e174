"""Reads: invoices as values, down to the answers behind a line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from django.db.models import F, Sum
from django.utils import timezone

from hazardmap.accounts.selectors import keys_of
from hazardmap.billing.models import (
    Credit,
    CreditNote,
    Customer,
    Invoice,
    InvoiceLine,
    LineHour,
    Seller,
)
from hazardmap.core.pricing.attribution import paid_by_usage
from hazardmap.core.pricing.money import Currency
from hazardmap.core.pricing.period import Period
from hazardmap.core.pricing.prices_json import prices_from
from hazardmap.core.pricing.rating import Line, LineKind
from hazardmap.core.usage import Meter
from hazardmap.metering.selectors import Used, usage_by_hour, usage_in_hour

PAYABLE_WITHIN = timedelta(days=30)
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
class CreditNoteInfo:
    """What was taken back of an invoice, tax included."""

    id: UUID
    number: str
    at: datetime
    total_micro: int
    reason: str


@dataclass(frozen=True, slots=True)
class BillingAddress:
    """How an invoice names its buyer. address: lines. country: ISO 3166-1. tax_number: "" of a
    consumer. reference: the buyer's own, such as an order number; may be "".
    """

    name: str
    address: str
    country: str
    tax_number: str
    reference: str


@dataclass(frozen=True, slots=True)
class Prepaid:
    """left_micro: of what was paid in advance, until it expires."""

    currency: Currency
    left_micro: int
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class InvoiceInfo:
    """number: "" of a draft. due_micro: what is still to be paid, until `due_at`.

    paid_by_credit_micro: from what was paid in advance. address: lines below the buyer's name.
    """

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
    paid_by_credit_micro: int
    due_micro: int
    issued_at: datetime | None
    due_at: datetime | None
    address: tuple[str, ...]
    credit_notes: tuple[CreditNoteInfo, ...]

    @property
    def overdue(self) -> bool:
        return self.due_at is not None and self.due_micro > 0 and self.due_at < timezone.now()


@dataclass(frozen=True, slots=True)
class BilledHour:
    """How many units of an hour's usage of a key a line bills."""

    key_id: str
    hour: datetime
    quantity: int


@dataclass(frozen=True, slots=True)
class LineShare:
    """What of a line of usage belongs to the contributors. void: it was taken back."""

    line_id: UUID
    meter: Meter
    currency: Currency
    amount_micro: int
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


def customers_until(end: datetime) -> list[int]:
    """Everybody who has or had a subscription before `end`."""
    found = Customer.objects.filter(subscriptions__start__lt=end).order_by("pk").distinct()
    return list(found.values_list("pk", flat=True))


def customer_known(organisation_id: UUID) -> bool:
    """Whether an organisation is a customer already."""
    return Customer.objects.filter(organisation=organisation_id).exists()


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
        paid_by_credit_micro=row.paid_by_credit_micro,
        due_micro=_due_micro(row),
        issued_at=row.finalised_at,
        due_at=row.finalised_at and row.finalised_at + PAYABLE_WITHIN,
        address=_address(row.parties["buyer"]),
        credit_notes=tuple(
            CreditNoteInfo(
                note.id, credit_number(note, row.seller), note.at, note.total_micro, note.reason
            )
            for note in row.credit_notes.order_by("number")
        ),
    )


def invoices_of(organisation_id: UUID) -> list[InvoiceInfo]:
    """All invoices of an organisation, drafts too, the newest first."""
    rows = Invoice.objects.filter(customer__organisation=organisation_id)
    return [invoice_get(id_) for id_ in rows.order_by("-start", "-id").values_list("pk", flat=True)]


def organisation_of(invoice_id: UUID) -> UUID | None:
    """Whose invoice it is; None where there is none."""
    owners = Invoice.objects.filter(pk=invoice_id)
    return owners.values_list("customer__organisation_id", flat=True).first()


def invoice_number(row: Invoice) -> str:
    return "" if row.number is None else f"{row.seller.prefix}-{row.number:06d}"


def credit_number(row: CreditNote, seller: Seller) -> str:
    return f"{seller.prefix}-C{row.number:06d}"


def prepaid_of(organisation_id: UUID, now: datetime) -> list[Prepaid]:
    """What is left of what an organisation paid in advance, in the order in which it is spent."""
    rows = Credit.objects.filter(customer__organisation=organisation_id)
    good = rows.filter(spent_micro__lt=F("amount_micro")).exclude(expires_at__lte=now)
    return [
        Prepaid(Currency(row.customer.currency), row.amount_micro - row.spent_micro, row.expires_at)
        for row in good.select_related("customer").order_by("granted_at", "id")
    ]


def billing_address_of(organisation_id: UUID) -> BillingAddress | None:
    """How invoices name an organisation; None for who is no customer yet."""
    row = Customer.objects.filter(organisation=organisation_id).first()
    if row is None:
        return None
    return BillingAddress(row.name, row.address, row.country, row.tax_number, row.reference)


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


def line_hour_events(line_id: UUID, key_id: str, hour: datetime) -> list[Used]:
    """The answers of one hour of a line, as `line_events` gives them. Raises ValueError on a time
    without a zone."""
    if hour.tzinfo is None:
        raise ValueError("an hour needs a time zone")
    if not LineHour.objects.filter(line_id=line_id, key_id=key_id, hour=hour).exists():
        return []
    line = InvoiceLine.objects.get(pk=line_id)
    return usage_in_hour(key_id, Meter(line.of), hour)


def hours_unbilled(customer_id: int, month: Period) -> Iterator[Unbilled]:
    """Where what a customer was served in a month differs from what it has been invoiced."""
    customer = Customer.objects.get(pk=customer_id)
    keys = keys_of(customer.organisation_id)
    spans = list(customer.subscriptions.filter(start__lt=month.end).values_list("start", "end"))
    billed = LineHour.objects.filter(
        line__invoice__customer=customer,
        line__invoice__state__in=[Invoice.State.FINALISED, Invoice.State.PAID],
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


def is_finalised(customer_id: int, month: Period) -> bool:
    return Invoice.objects.filter(
        customer=customer_id,
        start=month.start,
        state__in=[Invoice.State.FINALISED, Invoice.State.PAID],
    ).exists()


def keys_of_customers() -> set[str]:
    """The keys of everybody who has ever subscribed."""
    customers = Customer.objects.filter(subscriptions__isnull=False).distinct()
    return {
        key
        for organisation_id in customers.values_list("organisation_id", flat=True)
        for key in keys_of(organisation_id)
    }


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
            meter=Meter(lines[line_id].of),
            currency=Currency(invoice.currency),
            amount_micro=int(paid_micro * prices.contributors_percent / 100),
            void=invoice.state == Invoice.State.VOID,
        )


def _line_info(invoice: Invoice, line: InvoiceLine) -> InvoiceLineInfo:
    return InvoiceLineInfo(
        id=line.id,
        position=line.position,
        text=line.text,
        quantity=line.quantity,
        amount_micro=line.amount_micro,
        late=line.start < invoice.start,
    )


def _address(buyer: dict[str, str]) -> tuple[str, ...]:
    tax = f"Tax number {buyer['tax_number']}" if buyer["tax_number"] else ""
    reference = f"Reference {buyer['reference']}" if buyer.get("reference") else ""
    lines = (*buyer["address"].splitlines(), buyer["country"], tax, reference)
    return tuple(line for line in lines if line)


def _due_micro(row: Invoice) -> int:
    if row.state != Invoice.State.FINALISED:
        return 0
    return max(0, row.total_micro - row.paid_by_credit_micro - row.credited_micro)
