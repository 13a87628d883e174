"""An invoice or a credit note as EN 16931 says it, in the syntax of UN/CEFACT (CII), which Factur-X
and ZUGFeRD use.

A line's price follows from tiers and allowances, so it is one item at the line's amount, and how
many units that were stands in its description; an amount below zero is an item that is taken back.
"""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from drafthorse.models.accounting import ApplicableTradeTax
from drafthorse.models.document import Document
from drafthorse.models.party import TaxRegistration, TradeParty
from drafthorse.models.payment import PaymentMeans, PaymentTerms
from drafthorse.models.tradelines import LineItem

from hazardmap.billing.invoice_facts import FactLine, InvoiceFacts, Party
from hazardmap.core.selling.iban import iban_from
from hazardmap.core.selling.pricing.money import decimal_of
from hazardmap.core.selling.pricing.tax import TaxCategory

PROFILE: Final = "urn:cen.eu:en16931:2017"
INVOICE, CREDIT_NOTE = "380", "381"  # UNTDID 1001
TRANSFER: Final = "30"  # UNTDID 4461
ONE: Final = "C62"  # UN/ECE Recommendation 20: a piece
TEXT_MOST: Final = 1000
VAT_NUMBER: Final = re.compile(r"[A-Z]{2}\w")
"""A VAT number says which country gave it (BR-CO-09)."""


def invoice_xml(facts: InvoiceFacts) -> bytes:
    """The same invoice gives the same bytes. Raises what its schema does not allow."""
    document = Document()
    document.context.guideline_parameter.id = PROFILE
    document.header.id = facts.number
    document.header.type_code = CREDIT_NOTE if facts.credited else INVOICE
    document.header.issue_date_time = _at(facts.issued_on)
    outside = facts.tax is TaxCategory.OUTSIDE
    _seller(document.trade.agreement.seller, facts.seller, outside=outside)
    _buyer(document.trade.agreement.buyer, facts.buyer, outside=outside)
    if facts.reference:
        document.trade.agreement.buyer_reference = facts.reference
        document.trade.agreement.buyer_order.issuer_assigned_id = facts.reference
    settlement = document.trade.settlement
    settlement.currency_code = facts.currency.value
    if facts.account and not facts.credited:
        settlement.payment_reference = facts.number
        settlement.payment_means.add(_transfer(facts))
    settlement.period.start = facts.start
    settlement.period.end = facts.end - timedelta(days=1)
    for line in facts.lines:
        document.trade.items.add(_item(facts, line))
    settlement.trade_tax.add(_tax(facts))
    settlement.terms.add(_terms(facts))
    if facts.credited:
        settlement.invoice_referenced_document.issuer_assigned_id = facts.credited
    total = settlement.monetary_summation
    total.line_total = total.tax_basis_total = _money(facts, facts.net_micro)
    total.charge_total = total.allowance_total = _money(facts, 0)
    total.tax_total = (_money(facts, facts.tax_micro), facts.currency.value)
    total.grand_total = _money(facts, facts.total_micro)
    total.prepaid_total = _money(facts, facts.paid_micro)
    total.due_amount = _money(facts, facts.due_micro)
    written: bytes = document.serialize(schema="FACTUR-X_EN16931")
    return written


def _seller(element: TradeParty, party: Party, *, outside: bool) -> None:
    """outside: where there is no VAT, no VAT number may stand (BR-O-02)."""
    _party(element, party)
    if not outside and VAT_NUMBER.match(party.tax_number):
        _register(element, "VA", party.tax_number)
    else:
        _register(element, "FC", party.tax_number)
        element.id = party.tax_number  # a number that is not for VAT does not identify (BR-CO-26)


def _buyer(element: TradeParty, party: Party, *, outside: bool) -> None:
    """outside: as of the seller."""
    _party(element, party)
    if outside or not party.tax_number:
        return
    if VAT_NUMBER.match(party.tax_number):
        _register(element, "VA", party.tax_number)
    else:  # a buyer's tax number of another kind has no place (BR-AE-02 takes this)
        element.legal_organization.id = ("", party.tax_number)


def _party(element: TradeParty, party: Party) -> None:
    element.name = party.name
    one, two, *more = (*party.address, "", "")
    element.address.line_one, element.address.line_two = one, two
    element.address.line_three = ", ".join(filter(None, more))
    element.address.country_id = party.country


def _register(element: TradeParty, scheme: str, number: str) -> None:
    """scheme: VA a VAT number, FC another tax number."""
    registration = TaxRegistration()
    registration.id = (scheme, number)
    element.tax_registrations.add(registration)


def _item(facts: InvoiceFacts, line: FactLine) -> LineItem:
    item = LineItem()
    item.document.line_id = str(line.position)
    item.product.name = line.text[:TEXT_MOST]
    if line.quantity:
        item.product.description = f"{line.quantity} units"
    amount = _money(facts, line.amount_micro)
    item.agreement.net.amount = abs(amount)
    item.delivery.billed_quantity = (Decimal(-1 if amount < 0 else 1), ONE)
    item.settlement.trade_tax.type_code = "VAT"
    item.settlement.trade_tax.category_code = _category(facts)
    if facts.tax is not TaxCategory.OUTSIDE:
        item.settlement.trade_tax.rate_applicable_percent = facts.tax_percent
    item.settlement.period.start = line.start
    item.settlement.period.end = max(line.start, line.end - timedelta(days=1))
    item.settlement.monetary_summation.total_amount = amount
    return item


def _transfer(facts: InvoiceFacts) -> PaymentMeans:
    """An account that is no IBAN has a place of its own."""
    means = PaymentMeans()
    means.type_code = TRANSFER
    try:
        means.payee_account.iban = iban_from(facts.account)
    except ValueError:
        means.payee_account.proprietary_id = facts.account
    return means


def _terms(facts: InvoiceFacts) -> PaymentTerms:
    terms = PaymentTerms()
    if facts.credited:
        terms.description = facts.credit_terms
    else:
        terms.due = _at(facts.due_on)
    return terms


def _tax(facts: InvoiceFacts) -> ApplicableTradeTax:
    tax = ApplicableTradeTax()
    tax.calculated_amount = _money(facts, facts.tax_micro)
    tax.basis_amount = _money(facts, facts.net_micro)
    tax.type_code = "VAT"
    tax.category_code = _category(facts)
    if facts.tax is TaxCategory.OUTSIDE:
        tax.exemption_reason = facts.tax_text
    else:
        tax.rate_applicable_percent = facts.tax_percent
    if facts.tax is TaxCategory.REVERSE_CHARGE:
        tax.exemption_reason = facts.tax_text
    return tax


def _category(facts: InvoiceFacts) -> str:
    """UNCL5305."""
    if facts.tax is TaxCategory.STANDARD:
        return "S" if facts.tax_percent else "Z"
    return "AE" if facts.tax is TaxCategory.REVERSE_CHARGE else "O"


def _money(facts: InvoiceFacts, micro: int) -> Decimal:
    return decimal_of(micro).quantize(Decimal(1).scaleb(-facts.currency.decimals))


def _at(day: object) -> datetime:
    return datetime.fromisoformat(str(day))
