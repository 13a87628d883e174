"""A message on its buyer's account: once, when its body is first delivered or first read."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from hazardmap.core.selling.usage import Meter, UsageRecord
from hazardmap.metering.services import usage_record
from hazardmap.webhooks.models import Delivery


def delivery_bill(*, delivery_id: UUID) -> bool:
    """Whether it is on the account by this; not what was before, nor what is free."""
    # Kept before the line is written: where the rest fails, the next one is the same usage.
    unread = Delivery.objects.filter(id=delivery_id, cursor__isnull=False, begun_at=None)
    unread.update(begun_at=timezone.now())
    return _bill(delivery_id)


@transaction.atomic
def _bill(delivery_id: UUID) -> bool:
    found = Delivery.objects.select_for_update(of=("self",)).select_related("endpoint")
    delivery = found.filter(id=delivery_id, cursor__isnull=False, billed=False).first()
    if delivery is None or delivery.begun_at is None:
        return False
    delivery.billed = True
    delivery.save(update_fields=["billed"])
    # Not when it arrived: a message that is settled twice must be the same usage. Nor when it was
    # made: what a cap has held back is of the month in which it is sent.
    usage_record(
        UsageRecord(
            key_id=delivery.endpoint.key_id,
            meter=Meter.WEBHOOK,
            quantity=1,
            at=delivery.begun_at,
            request_id=str(delivery.id),
            subject=delivery.type,
            hazards=() if delivery.hazard_id is None else (delivery.hazard_id,),
        )
    )
    return True
