"""The PDF and the e-invoice: of the frozen invoice alone, valid by the standard's own rules."""

import io
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from facturx import xml_check_xsd
from lxml import etree
from pypdf import PdfReader

from hazardmap.accounts.models import User
from hazardmap.billing.documents import buyer_from
from hazardmap.billing.invoice_facts import invoice_facts
from hazardmap.billing.invoice_files import credit_note_file, invoice_file
from hazardmap.billing.invoice_pdf import invoice_pdf
from hazardmap.billing.invoice_xml import invoice_xml
from hazardmap.billing.models import Seller
from hazardmap.billing.refused import BillingRefused
from hazardmap.billing.selectors import invoice_get, invoices_of, organisation_of
from hazardmap.billing.services import (
    credit_note_issue,
    customer_set,
    invoice_draft,
    invoice_finalise,
)
from hazardmap.core.selling.usage import Meter
from tests.billing_scene import BEFORE, BUYER, LAST, customer_of, granted, sell, serve
from tests.en16931 import broken_rules

BUSINESS = {"name": "Łódź & Söhne <GmbH>", "tax_number": "DE123456789"}
ABROAD = {"country": "CH", "tax_number": "CHE-116.281.710"}
HAZARD = UUID("01a20000-0000-7000-8000-000000000000")


REFERRED = BUSINESS | {"reference": "PO 77/2026"}


def billed(**buyer):
    organisation_id, key = sell(**buyer)
    serve(key, BEFORE, units=60_000, hazards=(HAZARD,))
    serve(key, BEFORE, units=2001, meter=Meter.TILE)
    draft = invoice_draft(customer_id=customer_of(organisation_id).pk, month=BEFORE)
    assert draft is not None
    return organisation_id, invoice_finalise(invoice_id=draft.id)


@pytest.mark.django_db
@pytest.mark.parametrize("buyer", [{}, REFERRED, ABROAD], ids=["taxed", "reverse", "outside"])
def test_an_e_invoice_is_valid_by_the_rules_of_en_16931(buyer):
    """Its schema and the official Schematron, as Factur-X publishes both."""
    _, invoice = billed(**buyer)
    xml = invoice_file(invoice.id, "xml").content
    assert xml_check_xsd(xml, flavor="factur-x", level="en16931")
    assert broken_rules(xml) == []


@pytest.mark.django_db
@pytest.mark.parametrize("buyer", [{}, REFERRED, ABROAD], ids=["taxed", "reverse", "outside"])
def test_numbers_that_are_not_for_vat_do_not_pass_for_it(buyer):
    facts = invoice_facts(billed(**buyer)[1].id)
    numbered = replace(
        facts,
        seller=replace(facts.seller, tax_number="123/4567"),
        buyer=replace(facts.buyer, tax_number=facts.buyer.tax_number and "98765"),
    )
    xml = invoice_xml(numbered)
    assert xml_check_xsd(xml, flavor="factur-x", level="en16931")
    assert broken_rules(xml) == []
    assert b'schemeID="VA"' not in xml
    assert broken_rules(xml.replace(b'schemeID="FC"', b'schemeID="VA"')), "the rules are looked at"


@pytest.mark.django_db
@pytest.mark.parametrize("buyer", [{}, REFERRED, ABROAD], ids=["taxed", "reverse", "outside"])
def test_a_credit_note_has_documents_too(buyer):
    _, invoice = billed(**buyer)
    note = credit_note_issue(invoice_id=invoice.id, total_micro=12_340_000, reason="an <outage>")
    xml = credit_note_file(note.id, "xml").content
    assert xml_check_xsd(xml, flavor="factur-x", level="en16931")
    assert broken_rules(xml) == []
    assert b"TypeCode>381<" in xml
    assert b"IssuerAssignedID>HM-000001<" in xml
    (page,) = PdfReader(io.BytesIO(credit_note_file(note.id, "pdf").content)).pages
    text = page.extract_text()
    for words in ("Credit note HM-C000001", "Of invoice HM-000001: an <outage>", "12.34"):
        assert words in text, words
    assert "Due" not in text
    assert "To pay" not in text


@pytest.mark.django_db
def test_documents_are_the_same_bytes_whatever_changes_later():
    organisation_id, invoice = billed(**BUSINESS)
    before = [invoice_file(invoice.id, kind) for kind in ("pdf", "xml")]
    assert [file.name for file in before] == ["HM-000001.pdf", "HM-000001.xml"]
    Seller.objects.update(name="Another", address="Elsewhere")
    customer_set(organisation_id=organisation_id, buyer=buyer_from(BUYER | {"name": "Other"}))
    assert [invoice_file(invoice.id, kind) for kind in ("pdf", "xml")] == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "lines"),
    [
        ("Weg 1", ["Weg 1"]),
        ("Weg 1, Berlin", ["Weg 1", "Berlin"]),
        ("Haus A, Weg 1, 10115, Berlin", ["Haus A", "Weg 1", "10115, Berlin"]),
        ("Haus A, Hof 2\nWeg 1, links\nBerlin", ["Haus A, Hof 2", "Weg 1, links", "Berlin"]),
        ("a\nb\n\nc\nBerlin\n", ["a", "b", "c, Berlin"]),
    ],
)
def test_an_e_invoice_has_the_whole_address(address, lines):
    _, invoice = billed(address=address)
    xml = invoice_file(invoice.id, "xml").content
    assert xml_check_xsd(xml, flavor="factur-x", level="en16931")
    assert broken_rules(xml) == []
    buyer = etree.fromstring(xml).find(".//{*}BuyerTradeParty/{*}PostalTradeAddress")
    assert [line.text for line in buyer if "Line" in line.tag] == lines


@pytest.mark.django_db
def test_what_no_document_can_hold_does_not_leave_an_invoice_without_any():
    """As spreadsheets and word processors put into what is copied from them."""
    _, invoice = billed(name="Fleet\x0bGmbH\x02", address="Weg 1\x0bHof\x01 2\x0b10115 Berlin")
    note = credit_note_issue(invoice_id=invoice.id, total_micro=1_000_000, reason="an\x1foutage")
    xml, credit = invoice_file(invoice.id, "xml").content, credit_note_file(note.id, "xml").content
    assert broken_rules(xml) == broken_rules(credit) == []
    buyer = etree.fromstring(xml).find(".//{*}BuyerTradeParty")
    assert buyer.findtext("{*}Name") == "Fleet GmbH "
    assert buyer.findtext(".//{*}LineTwo") == "Hof  2"
    assert "an outage" in credit.decode()
    for file in (invoice_file(invoice.id, "pdf"), credit_note_file(note.id, "pdf")):
        assert "Fleet GmbH" in PdfReader(io.BytesIO(file.content)).pages[0].extract_text()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("account", "place"),
    [
        ("FI21 1234 5600 0007 85", b"<ram:IBANID>FI2112345600000785<"),
        ("Bank of X, 12-34-56 12345678", b"<ram:ProprietaryID>Bank of X, 12-34-56 12345678<"),
        ("", b""),
    ],
)
def test_an_invoice_says_where_to_transfer_what_is_due(account, place):
    _, before = billed()
    Seller.objects.update(account=account)
    draft = invoice_draft(customer_id=before.customer_id, month=LAST)
    assert draft is not None
    facts = invoice_facts(invoice_finalise(invoice_id=draft.id).id)
    xml = invoice_xml(facts)
    assert xml_check_xsd(xml, flavor="factur-x", level="en16931")
    assert broken_rules(xml) == []
    assert place in xml
    assert (b"PaymentMeans" in xml) == bool(account)
    words = f"transferred to {account}, naming HM-000002."
    for paid_micro in (0, facts.total_micro):
        pdf = invoice_pdf(replace(facts, paid_micro=paid_micro))
        (page,) = PdfReader(io.BytesIO(pdf)).pages
        assert (words in page.extract_text()) == (bool(account) and not paid_micro)
    note = credit_note_issue(invoice_id=before.id, total_micro=1_000_000, reason="an outage")
    assert b"PaymentMeans" not in credit_note_file(note.id, "xml").content


@pytest.mark.django_db
def test_a_pdf_says_who_pays_whom_what_until_when():
    organisation_id, key = sell(**BUSINESS)
    granted(organisation_id, 10)
    serve(key, BEFORE, units=60_000)
    draft = invoice_draft(customer_id=customer_of(organisation_id).pk, month=BEFORE)
    assert draft is not None
    with pytest.raises(BillingRefused, match="a draft has no document"):
        invoice_file(draft.id, "pdf")
    invoice = invoice_finalise(invoice_id=draft.id)
    (page,) = PdfReader(io.BytesIO(invoice_file(invoice.id, "pdf").content)).pages
    text = page.extract_text()
    assert invoice.finalised_at is not None
    due = invoice.finalised_at.date() + timedelta(days=30)
    for words in (
        "Invoice HM-000001",
        "Łódź & Söhne <GmbH>",
        "Tax number DE123456789",
        f"Due {due.day} {due:%B %Y}",
        "60,000",
        "reverse charge",
        "Paid by prepaid credit",
        "-10.00",
        "140.30",
    ):
        assert words in text, words
    assert invoices_of(organisation_id) == [invoice_get(invoice.id)]
    assert organisation_of(invoice.id) == organisation_id


@pytest.mark.django_db
def test_the_operator_downloads_them_and_opens_a_line_down_to_the_hazards(client):
    _, invoice = billed()
    admin = User.objects.create_superuser("a@example.org", "x")
    client.force_login(admin)
    page = f"/admin/billing/invoice/{invoice.id}"
    for kind, begin in (("pdf", b"%PDF"), ("xml", b"<?xml")):
        file = client.get(f"{page}/{kind}/")
        assert file.content.startswith(begin)
        assert f'HM-000001.{kind}"' in file["Content-Disposition"]
    shown = client.get(f"{page}/change/").content.decode()
    line = next(line for line in invoice_get(invoice.id).lines if "hazards" in line.text)
    assert f"{page}/line/{line.id}/" in shown
    hours = client.get(f"{page}/line/{line.id}/").content.decode()
    assert "60000" in hours
    assert str(HAZARD) not in hours, "an hour is opened by itself"
    (opened,) = [part.split('"')[0] for part in hours.split('href="?')[1:]]
    events = client.get(f"{page}/line/{line.id}/?{opened.replace('&amp;', '&')}")
    assert f"/hazards/{HAZARD}/" in events.content.decode()
