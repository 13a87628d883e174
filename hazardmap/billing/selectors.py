"""Reads: customers and their invoices as values."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Prefetch, QuerySet, Sum
from django.utils import timezone

from hazardmap.accounts.selectors import keys_of
from hazardmap.billing.models import (
    Credit,
    CreditNote,
    Customer,
    Invoice,
    InvoiceLine,
    Seller,
    Subscription,
)
from hazardmap.core.selling.pricing.money import Currency
from hazardmap.core.selling.pricing.period import Period

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

    overpaid_micro: was paid, in advance or since, and is taken back by credit notes.
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
    overpaid_micro: int
    issued_at: datetime | None
    due_at: datetime | None
    address: tuple[str, ...]
    credit_notes: tuple[CreditNoteInfo, ...]

    @property
    def overdue(self) -> bool:
        return self.due_at is not None and self.due_micro > 0 and self.due_at < timezone.now()


def customers_until(end: datetime) -> list[int]:
    """Everybody who has or had a subscription before `end`."""
    found = Customer.objects.filter(subscriptions__start__lt=end).order_by("pk").distinct()
    return list(found.values_list("pk", flat=True))


def customers_to_draft(month: Period) -> list[int]:
    """Who had a subscription in a month and has no invoice of it that is finalised."""
    billed = Invoice.objects.filter(start=month.start, state__in=Invoice.COUNTED)
    running = Subscription.objects.filter(start__lt=month.end).exclude(end__lte=month.start)
    rows = running.exclude(customer__in=billed.values("customer")).order_by("customer")
    return list(rows.values_list("customer", flat=True).distinct())


def customer_known(organisation_id: UUID) -> bool:
    """Whether an organisation is a customer already."""
    return Customer.objects.filter(organisation=organisation_id).exists()


def keys_of_customers() -> set[str]:
    """The keys of everybody who has ever subscribed."""
    customers = Customer.objects.filter(subscriptions__isnull=False).distinct()
    return {
        key
        for organisation_id in customers.values_list("organisation_id", flat=True)
        for key in keys_of(organisation_id)
    }


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
    return _info(_whole().get(pk=invoice_id))


def invoices_of(organisation_id: UUID) -> list[InvoiceInfo]:
    """All invoices of an organisation, drafts too, the newest first."""
    rows = _whole().filter(customer__organisation=organisation_id)
    return [_info(row) for row in rows.order_by("-start", "-id")]


def _whole() -> QuerySet[Invoice]:
    """Invoices with all that `_info` says of them."""
    lines = Prefetch("lines", InvoiceLine.objects.order_by("position"))
    notes = Prefetch("credit_notes", CreditNote.objects.order_by("number"))
    return Invoice.objects.select_related("seller").prefetch_related(lines, notes)


def _info(row: Invoice) -> InvoiceInfo:
    return InvoiceInfo(
        id=row.id,
        number=invoice_number(row),
        state=row.state,
        month=Period(row.start, row.end),
        buyer=row.parties["buyer"]["name"],
        currency=Currency(row.currency),
        lines=tuple(_line_info(row, line) for line in row.lines.all()),
        net_micro=row.net_micro,
        tax_micro=row.tax_micro,
        total_micro=row.total_micro,
        paid_by_credit_micro=row.paid_by_credit_micro,
        due_micro=_due_micro(row),
        overpaid_micro=_overpaid_micro(row),
        issued_at=row.finalised_at,
        due_at=row.finalised_at and row.finalised_at + PAYABLE_WITHIN,
        address=_address(row.parties["buyer"]),
        credit_notes=tuple(
            CreditNoteInfo(
                note.id, credit_number(note, row.seller), note.at, note.total_micro, note.reason
            )
            for note in row.credit_notes.all()
        ),
    )


def organisation_of(invoice_id: UUID) -> UUID | None:
    """Whose invoice it is; None where there is none."""
    owners = Invoice.objects.filter(pk=invoice_id)
    return owners.values_list("customer__organisation_id", flat=True).first()


def is_finalised(customer_id: int, month: Period) -> bool:
    return Invoice.objects.filter(
        customer=customer_id,
        start=month.start,
        state__in=Invoice.COUNTED,
    ).exists()


def invoice_number(row: Invoice) -> str:
    return "" if row.number is None else written_number(row.seller, row.number)


def written_number(seller: Seller, number: int) -> str:
    """As an invoice of his is called."""
    return f"{seller.prefix}-{number:06d}"


def credit_number(row: CreditNote, seller: Seller) -> str:
    return f"{seller.prefix}-C{row.number:06d}"


def asked_micro(row: Invoice) -> int:
    """What is to be paid of an invoice, or was when it was paid: a credit note that was issued
    after that asks for no less."""
    credited_micro = row.credited_micro
    if row.paid_at is not None:
        before = row.credit_notes.filter(at__lte=row.paid_at)
        credited_micro = before.aggregate(sum=Sum("total_micro", default=0))["sum"]
    return max(0, row.total_micro - row.paid_by_credit_micro - credited_micro)


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
    return asked_micro(row) if row.state == Invoice.State.FINALISED else 0


def _overpaid_micro(row: Invoice) -> int:
    if not row.credited_micro:
        return 0
    paid_micro = asked_micro(row) if row.state == Invoice.State.PAID else 0
    settled_micro = row.paid_by_credit_micro + paid_micro + row.credited_micro
    return max(0, settled_micro - row.total_micro)
