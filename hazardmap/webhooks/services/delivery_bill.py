"""A message on its buyer's account: once, when its body is first delivered or first read."""

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from hazardmap.core.selling.usage import Meter, UsageRecord
from hazardmap.metering.services import usage_record
from hazardmap.webhooks.models import Delivery


def delivery_bill(*, delivery_id: UUID) -> bool:
    """Whether it is on the account by this; not what was before, nor what is free."""
    owed = Delivery.objects.filter(id=delivery_id, cursor__isnull=False, billed=False)
    # Not when it arrived: a message that is settled twice must be the same usage, and so must one
    # whose reader dies before `billed` is kept; so this time is kept first. Nor when it was made:
    # what a cap has held back is of the month in which it is sent.
    owed.filter(begun_at=None).update(begun_at=timezone.now())
    return _bill(owed)


@transaction.atomic
def _bill(owed: "QuerySet[Delivery]") -> bool:
    delivery = owed.select_for_update(of=("self",)).select_related("endpoint").first()
    if delivery is None or delivery.begun_at is None:
        return False
    delivery.billed = True
    delivery.save(update_fields=["billed"])
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
