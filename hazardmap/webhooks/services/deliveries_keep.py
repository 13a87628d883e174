"""Messages that are over: sent again when their owner wants it, and forgotten after a while."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from hazardmap.webhooks.models import Delivery

KEPT: Final = timedelta(days=30)


def delivery_replay(*, organisation_id: UUID, delivery_id: UUID) -> bool:
    """Send a message again, with the same id; False where there is none."""
    return _again(Delivery.objects.filter(id=delivery_id), organisation_id) > 0


def dead_replay(*, organisation_id: UUID, endpoint_id: UUID, since: datetime) -> int:
    """Send again what was given up since then; return how many messages that are."""
    dead = Delivery.objects.filter(endpoint_id=endpoint_id, state=Delivery.State.DEAD)
    return _again(dead.filter(created_at__gte=since), organisation_id)


def deliveries_forget() -> int:
    """Delete what is older than KEPT; return how many messages that were."""
    old = Delivery.objects.filter(created_at__lt=timezone.now() - KEPT)
    return old.delete()[1].get(Delivery._meta.label, 0)


def _again(found: "QuerySet[Delivery]", organisation_id: UUID) -> int:
    mine = found.filter(endpoint__organisation_id=organisation_id)
    return mine.exclude(leased_until__gt=timezone.now()).update(
        state=Delivery.State.WAITING, attempts=0, next_at=timezone.now(), delivered_at=None
    )
