"""The lines of an invoice, as they follow from what is owed."""

from datetime import date

from hazardmap.billing.models import Customer, Invoice, InvoiceLine
from hazardmap.billing.services.customer_rate import Owed, customer_rate
from hazardmap.billing.words import line_words, tax_words
from hazardmap.core.ids import child_id
from hazardmap.core.selling.pricing.money import Currency
from hazardmap.core.selling.pricing.rating import Line, LineKind, total_micro
from hazardmap.core.selling.pricing.tax import Tax, TaxCategory, TaxRule, tax_on

FIELDS = ("id", "position", "start", "end", "kind", "of", "text", "quantity", "amount_micro")


def invoice_lines(customer: Customer, invoice: Invoice) -> list[InvoiceLine]:
    """All lines in their order, the tax last; nothing where nothing is owed.

    Not stored; how the invoice is taxed is noted on it. The same prices and usage give the same
    lines with the same ids. Raises core.selling.pricing.tax.TaxUnknown.
    """
    owed = customer_rate(customer, invoice.end)
    lines = [_line(invoice, part, line) for part in owed for line in part.lines]
    if lines:
        net_micro = sum(total_micro(part.lines) for part in owed)
        tax = tax_of(customer, net_micro, on=invoice.start.date())
        invoice.tax = {"category": tax.category.value, "percent": f"{tax.percent.normalize():f}"}
        lines.append(_tax_line(invoice, tax))
    for position, line in enumerate(lines, start=1):
        line.position = position
    return lines


def same_lines(some: list[InvoiceLine], others: list[InvoiceLine]) -> bool:
    def values(lines: list[InvoiceLine]) -> list[tuple[object, ...]]:
        return [tuple(getattr(line, field) for field in FIELDS) for line in lines]

    return values(some) == values(others)


def _line(invoice: Invoice, owed: Owed, line: Line) -> InvoiceLine:
    subscription, part = owed.subscription, owed.part
    return InvoiceLine(
        id=child_id(invoice.id, str(subscription.id), str(part.start), line.kind, line.of),
        invoice=invoice,
        subscription=subscription,
        start=part.start,
        end=part.end,
        kind=line.kind.value,
        of=line.of,
        text=line_words(line.kind, line.of, part, subscription.price_version.plan.name),
        quantity=line.quantity,
        amount_micro=line.amount_micro,
    )


def tax_of(customer: Customer, net_micro: int, *, on: date) -> Tax:
    """The tax on what a customer pays. Raises TaxUnknown where the seller has no rule for it."""
    rules = [
        TaxRule(
            country=row.country,
            business=row.business,
            category=TaxCategory(row.category),
            percent=row.percent,
            since=row.since,
            note=row.note,
        )
        for row in customer.seller.tax_rules.all()
    ]
    return tax_on(
        net_micro,
        Currency(customer.currency),
        rules,
        country=customer.country,
        business=bool(customer.tax_number),
        on=on,
    )


def _tax_line(invoice: Invoice, tax: Tax) -> InvoiceLine:
    return InvoiceLine(
        id=child_id(invoice.id, LineKind.TAX),
        invoice=invoice,
        start=invoice.start,
        end=invoice.end,
        kind=LineKind.TAX.value,
        of=tax.category.value,
        text=tax_words(tax),
        quantity=0,
        amount_micro=tax.amount_micro,
    )
