"""Give alerts about caps to somebody else who tells people."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from hazardmap.billing.spend_models import SpendAlert
from hazardmap.billing.spend_selectors import AlertInfo, alert_info

AT_ONCE: Final = 100


def alerts_hand_on(tell: Callable[[UUID, AlertInfo], None]) -> int:
    """Call `tell` with the organisation of each alert and the alert, once; return how many.

    `tell` runs in the transaction that notes it: either both have happened, or neither.
    """
    waiting = SpendAlert.objects.filter(handed_on_at=None).order_by("id")
    ids = list(waiting.values_list("id", flat=True)[:AT_ONCE])
    return sum(_hand_on(alert_id, tell) for alert_id in ids)


@transaction.atomic
def _hand_on(alert_id: UUID, tell: Callable[[UUID, AlertInfo], None]) -> bool:
    waiting = SpendAlert.objects.filter(pk=alert_id, handed_on_at=None).select_related("customer")
    alert = waiting.select_for_update(of=("self",), skip_locked=True).first()
    if alert is None:
        return False
    tell(alert.customer.organisation_id, alert_info(alert))
    SpendAlert.objects.filter(pk=alert_id).update(handed_on_at=timezone.now())
    return True
