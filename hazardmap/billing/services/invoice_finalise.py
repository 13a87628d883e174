"""Give a draft its number; from then on it stays as it is."""

from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from hazardmap.billing.models import Credit, CreditUse, Customer, Invoice, Seller
from hazardmap.billing.refused import BillingRefused
from hazardmap.billing.services.customer_lock import customer_lock
from hazardmap.billing.services.invoice_draft import parties
from hazardmap.billing.services.invoice_lines import invoice_lines, same_lines
from hazardmap.core.selling.pricing import credit as prepaid
from hazardmap.metering.services import usage_hold


@transaction.atomic
def invoice_finalise(*, invoice_id: UUID) -> Invoice:
    """Number the draft, and let prepaid credits pay; safe to call again.

    Raises BillingRefused where its month is not over, where it is void, and where it is not any
    more what would be drafted now (late usage, another finalised invoice, new tax rules).
    """
    invoice = Invoice.objects.filter(pk=invoice_id).first()
    if invoice is None:
        raise BillingRefused(f"there is no invoice {invoice_id}")
    customer = customer_lock(pk=invoice.customer_id)
    usage_hold()
    invoice = Invoice.objects.select_for_update().get(pk=invoice_id)
    if invoice.state == Invoice.State.VOID:
        raise BillingRefused("the invoice is void")
    if invoice.state != Invoice.State.DRAFT:
        return invoice
    now = timezone.now()
    if invoice.end > now:
        raise BillingRefused(f"its month is over on {invoice.end:%Y-%m-%d} only")
    drafted = list(invoice.lines.order_by("position"))
    if not same_lines(drafted, invoice_lines(customer, invoice)):
        raise BillingRefused("what is owed has changed since the draft: draft it again")
    invoice.state, invoice.finalised_at = Invoice.State.FINALISED, now
    invoice.parties = parties(customer)
    invoice.paid_by_credit_micro = _pay_by_credit(customer, invoice)
    invoice.number = _next_number(invoice.seller_id)
    invoice.save()
    if invoice.paid_by_credit_micro == invoice.total_micro:
        invoice.state, invoice.paid_at = Invoice.State.PAID, now
        invoice.save(update_fields=["state", "paid_at"])
    return invoice


def _next_number(seller_id: int) -> int:
    """The seller's row stays locked until the commit, so numbers follow commits without a gap."""
    seller = Seller.objects.select_for_update().get(pk=seller_id)
    Seller.objects.filter(pk=seller_id).update(next_invoice=F("next_invoice") + 1)
    return seller.next_invoice


def _pay_by_credit(customer: Customer, invoice: Invoice) -> int:
    good = [
        prepaid.Credit(row.id, row.granted_at, row.expires_at, row.amount_micro - row.spent_micro)
        for row in customer.credits.select_for_update()
    ]
    spent = prepaid.spend(good, invoice.total_micro, timezone.now())
    for part in spent:
        row = Credit.objects.filter(pk=part.credit_id)
        row.update(spent_micro=F("spent_micro") + part.amount_micro)
        CreditUse.objects.create(
            credit_id=part.credit_id, invoice=invoice, amount_micro=part.amount_micro
        )
    return sum(part.amount_micro for part in spent)
