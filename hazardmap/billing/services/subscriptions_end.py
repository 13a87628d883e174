"""The subscriptions of organisations that have closed end with the hour in which they did."""

from datetime import datetime

from django.db import transaction

from hazardmap.billing.models import Customer
from hazardmap.billing.services.customer_lock import customer_lock
from hazardmap.billing.services.subscriptions_cut import subscriptions_cut
from hazardmap.core.full_times import HOUR, hour_of


def subscriptions_end() -> int:
    """Return how many customers that concerned.

    Looked at again and again: accounts, which close, know nothing of what was sold to them. Hours
    that are invoiced already stay subscribed.
    """
    closed = Customer.objects.filter(organisation__closed_at__isnull=False)
    running = closed.filter(subscriptions__end=None, subscriptions__isnull=False).distinct()
    ended = 0
    for customer in running.select_related("organisation").order_by("pk"):
        closed_at = customer.organisation.closed_at
        if closed_at is not None:
            _end(customer.pk, hour_of(closed_at) + HOUR)
            ended += 1
    return ended


@transaction.atomic
def _end(customer_id: int, at: datetime) -> None:
    subscriptions_cut(customer_lock(pk=customer_id), at)
