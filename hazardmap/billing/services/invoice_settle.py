"""What becomes of a finalised invoice: paid, void, or partly credited."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from hazardmap.billing.models import Credit, CreditNote, CreditUse, Invoice, Seller
from hazardmap.billing.refused import BillingRefused
from hazardmap.billing.services.booked_once import booked_once, reference_read
from hazardmap.billing.services.customer_lock import customer_lock
from hazardmap.core.selling.pricing.credit_note import tax_taken_back
from hazardmap.core.selling.pricing.money import Currency, written


@contextmanager
def _locked(invoice_id: UUID) -> Iterator[Invoice]:
    with transaction.atomic():
        invoice = Invoice.objects.filter(pk=invoice_id).first()
        if invoice is None:
            raise BillingRefused(f"there is no invoice {invoice_id}")
        customer_lock(pk=invoice.customer_id)
        yield Invoice.objects.select_for_update().get(pk=invoice_id)


def invoice_pay(*, invoice_id: UUID) -> Invoice:
    """Note that what was due has been paid; safe to call again. Raises BillingRefused."""
    with _locked(invoice_id) as invoice:
        if invoice.state == Invoice.State.PAID:
            return invoice
        if invoice.state != Invoice.State.FINALISED:
            raise BillingRefused(f"the invoice is {invoice.state}: only a finalised one is paid")
        invoice.state, invoice.paid_at = Invoice.State.PAID, timezone.now()
        invoice.save(update_fields=["state", "paid_at"])
        return invoice


def invoice_void(*, invoice_id: UUID) -> Invoice:
    """Take back an invoice that nobody has paid; it keeps its number, its credits come back.

    What it billed is owed again and can be drafted anew. Safe to call again. Raises
    BillingRefused.
    """
    with _locked(invoice_id) as invoice:
        if invoice.state == Invoice.State.VOID:
            return invoice
        if invoice.state != Invoice.State.FINALISED or invoice.credited_micro:
            raise BillingRefused(
                "only a finalised invoice that is neither paid nor credited becomes void"
            )
        for use in list(invoice.credit_uses.all()):
            back = Credit.objects.filter(pk=use.credit_id)
            back.update(spent_micro=F("spent_micro") - use.amount_micro)
            CreditUse.objects.create(
                credit_id=use.credit_id, invoice=invoice, amount_micro=-use.amount_micro
            )
        invoice.state, invoice.voided_at = Invoice.State.VOID, timezone.now()
        invoice.save(update_fields=["state", "voided_at"])
        return invoice


def credit_note_issue(
    *, invoice_id: UUID, total_micro: int, reason: str, reference: str = ""
) -> CreditNote:
    """Take back a part of an invoice, tax included, under a number of its own.

    total_micro: in whole minor units, at most what is not taken back yet. reference: what it is
    for, which is taken back once; the reason unless given. Raises BookedAlready and BillingRefused.
    """
    reason = reference_read(reason, "reason")
    reference = reference_read(reference or reason)
    with _locked(invoice_id) as invoice:
        currency = Currency(invoice.currency)
        before = invoice.credit_notes.filter(reference=reference).first()
        if before is not None:
            same = before.total_micro == total_micro
            booked_once(reference, before.total_micro, currency, before.at, same=same)
        left_micro = invoice.total_micro - invoice.credited_micro
        if invoice.state not in Invoice.COUNTED:
            raise BillingRefused(f"the invoice is {invoice.state}: there is nothing to credit")
        if not 0 < total_micro <= left_micro or total_micro % currency.minor_micro:
            raise BillingRefused(
                f"a credit note must be above 0 and at most {written(left_micro, currency)}"
            )
        seller = Seller.objects.select_for_update().get(pk=invoice.seller_id)
        note = CreditNote.objects.create(
            invoice=invoice,
            seller=seller,
            number=seller.next_credit_note,
            total_micro=total_micro,
            tax_micro=tax_taken_back(
                tax_micro=invoice.tax_micro,
                total_micro=invoice.total_micro,
                taken_before_micro=invoice.credited_micro,
                taken_micro=total_micro,
                minor_micro=currency.minor_micro,
            ),
            reason=reason,
            reference=reference,
        )
        Seller.objects.filter(pk=seller.pk).update(next_credit_note=F("next_credit_note") + 1)
        invoice.credited_micro += total_micro
        invoice.save(update_fields=["credited_micro"])
        return note
