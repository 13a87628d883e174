"""No subscription of a customer goes on beyond an hour."""

from datetime import datetime

from django.db.models import Max, Q

from hazardmap.billing.models import Customer, Invoice, InvoiceLine


def subscriptions_cut(customer: Customer, at: datetime) -> None:
    """End what runs at `at`, the beginning of an hour, and forget what would begin then or later.

    Hours that are invoiced already stay subscribed. For the holder of `customer_lock`.
    """
    invoices = customer.invoices.filter(state__in=Invoice.COUNTED)
    at = max(at, invoices.aggregate(end=Max("end"))["end"] or at)
    begin_later = customer.subscriptions.filter(start__gte=at)
    drafted = InvoiceLine.objects.filter(subscription__in=begin_later).values("invoice")
    customer.invoices.filter(state=Invoice.State.DRAFT, pk__in=drafted).delete()
    begin_later.delete()
    # Also what was to end later, with the one that would have begun then.
    customer.subscriptions.filter(Q(end=None) | Q(end__gt=at)).update(end=at)
