"""Forget the answers of a month; their sums by the hour stay."""

from django.db import transaction

from hazardmap.core.selling.pricing.period import Period
from hazardmap.metering.models import HourToRoll, UsageEvent
from hazardmap.platform.partitions import drop_partition


@transaction.atomic
def usage_forget(month: Period) -> bool:
    """False, and nothing is forgotten, where some have come that are not in the sums yet.

    Raises DatabaseError where somebody reads or writes usage for longer than one waits.
    """
    # First, since it waits for whoever is just adding to the month: then all marks are there.
    drop_partition(UsageEvent._meta.db_table, month.start)
    if HourToRoll.objects.filter(hour__gte=month.start, hour__lt=month.end).exists():
        transaction.set_rollback(True)
        return False
    return True
