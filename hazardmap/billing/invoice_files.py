"""The documents of invoices and credit notes, by their names."""

from typing import Final, NamedTuple
from uuid import UUID

from hazardmap.billing.invoice_facts import InvoiceFacts, credit_note_facts, invoice_facts
from hazardmap.billing.invoice_pdf import invoice_pdf
from hazardmap.billing.invoice_xml import invoice_xml

_MAKERS: Final = {
    "pdf": (invoice_pdf, "application/pdf"),
    "xml": (invoice_xml, "application/xml"),
}
KINDS: Final = tuple(_MAKERS)


class InvoiceFile(NamedTuple):
    """The same bytes whenever it is asked for."""

    name: str
    media_type: str
    content: bytes


def invoice_file(invoice_id: UUID, kind: str) -> InvoiceFile:
    """The PDF or the e-invoice ("xml"). Raises BillingRefused for a draft."""
    return _file(invoice_facts(invoice_id), kind)


def credit_note_file(note_id: UUID, kind: str) -> InvoiceFile:
    """The same of a credit note."""
    return _file(credit_note_facts(note_id), kind)


def _file(facts: InvoiceFacts, kind: str) -> InvoiceFile:
    make, media_type = _MAKERS[kind]
    return InvoiceFile(f"{facts.number}.{kind}", media_type, make(facts))
