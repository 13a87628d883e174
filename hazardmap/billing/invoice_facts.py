"""All that the documents of an invoice or credit note say: PDF and XML are made of nothing else."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from hazardmap.billing.models import CreditNote, Invoice
from hazardmap.billing.refused import BillingRefused
from hazardmap.billing.selectors import PAYABLE_WITHIN, credit_number, invoice_number
from hazardmap.core.selling.pricing.money import Currency
from hazardmap.core.selling.pricing.rating import LineKind
from hazardmap.core.selling.pricing.tax import TaxCategory

_NOT_IN_XML: Final = re.compile(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""XML 1.0, Char. Texts that are pasted bring such along, and a finalised invoice cannot change."""


@dataclass(frozen=True, slots=True)
class Party:
    """address: lines. tax_number: "" of a consumer."""

    name: str
    address: tuple[str, ...]
    country: str
    tax_number: str


@dataclass(frozen=True, slots=True)
class FactLine:
    """What is paid for in `start` up to `end`; quantity: 0 where nothing is counted."""

    position: int
    text: str
    start: datetime
    end: datetime
    quantity: int
    amount_micro: int


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """As finalised. paid_micro: by prepaid credits; the rest is due on `due_on`.

    account: of the seller, for a transfer; may be "". reference: the buyer's own, such as an order
    number; may be "". credited: "" of an invoice; of a credit note the number of the invoice whose
    amounts it takes back.
    """

    number: str
    issued_on: date
    due_on: date
    start: datetime
    end: datetime
    currency: Currency
    seller: Party
    account: str
    buyer: Party
    reference: str
    lines: tuple[FactLine, ...]
    tax: TaxCategory
    tax_percent: Decimal
    tax_text: str
    net_micro: int
    tax_micro: int
    total_micro: int
    paid_micro: int
    credited: str = ""

    @property
    def title(self) -> str:
        return f"{'Credit note' if self.credited else 'Invoice'} {self.number}"

    @property
    def credit_terms(self) -> str:
        """What a credit note says of payment."""
        return f"Takes back a part of invoice {self.credited}; nothing is to be paid."

    @property
    def due_micro(self) -> int:
        return self.total_micro - self.paid_micro


def invoice_facts(invoice_id: UUID) -> InvoiceFacts:
    """Raises BillingRefused for a draft: it may still change."""
    row = Invoice.objects.select_related("seller").get(pk=invoice_id)
    if row.finalised_at is None:
        raise BillingRefused("a draft has no document yet")
    lines = list(row.lines.order_by("position"))
    issued_on = row.finalised_at.date()
    return InvoiceFacts(
        number=invoice_number(row),
        issued_on=issued_on,
        due_on=issued_on + PAYABLE_WITHIN,
        start=row.start,
        end=row.end,
        currency=Currency(row.currency),
        seller=_party(row.parties["seller"]),
        account=_written(row.parties["seller"].get("account", "")),
        buyer=_party(row.parties["buyer"]),
        reference=row.parties["buyer"].get("reference", ""),
        lines=tuple(
            FactLine(
                position=line.position,
                text=_written(line.text),
                start=line.start,
                end=line.end,
                quantity=line.quantity,
                amount_micro=line.amount_micro,
            )
            for line in lines
            if line.kind != LineKind.TAX
        ),
        tax=TaxCategory(row.tax["category"]),
        tax_percent=Decimal(row.tax["percent"]),
        tax_text=_written(lines[-1].text),
        net_micro=row.net_micro,
        tax_micro=row.tax_micro,
        total_micro=row.total_micro,
        paid_micro=row.paid_by_credit_micro,
    )


def credit_note_facts(note_id: UUID) -> InvoiceFacts:
    """Its parties and its tax are those of the invoice; all it takes back stands in one line."""
    note = CreditNote.objects.select_related("seller").get(pk=note_id)
    invoice = invoice_facts(note.invoice_id)
    net_micro = note.total_micro - note.tax_micro
    text = f"Of invoice {invoice.number}: {_written(note.reason)}"
    return replace(
        invoice,
        number=credit_number(note, note.seller),
        credited=invoice.number,
        issued_on=note.at.date(),
        due_on=note.at.date(),
        lines=(FactLine(1, text, invoice.start, invoice.end, 0, net_micro),),
        net_micro=net_micro,
        tax_micro=note.tax_micro,
        total_micro=note.total_micro,
        paid_micro=0,
    )


def _party(known: dict[str, str]) -> Party:
    """An address is one text, its parts on lines of their own or else separated by commas."""
    lines = known["address"].strip().splitlines()
    parts = lines if len(lines) > 1 else known["address"].split(",")
    return Party(
        name=_written(known["name"]),
        address=tuple(_written(part).strip() for part in parts if part.strip()),
        country=known["country"],
        tax_number=known["tax_number"],
    )


def _written(text: str) -> str:
    return _NOT_IN_XML.sub(" ", text)
