"""Messages that are over: sent again when their owner wants it, and forgotten after a while."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from hazardmap.webhooks.models import Delivery
from hazardmap.webhooks.values import KEPT
from hazardmap.webhooks.whose import whose


def delivery_replay(*, organisation_id: UUID, delivery_id: UUID, by_key: str | None = None) -> bool:
    """Send a message again, with the same id. by_key: see `whose`.

    False where there is none, and where it is being sent at this moment.
    """
    return _again(whose(organisation_id, by_key, at="endpoint__") & Q(id=delivery_id)) > 0


def dead_replay(
    *, organisation_id: UUID, endpoint_id: UUID, since: datetime, by_key: str | None = None
) -> int:
    """Send again what was given up since then; return how many messages that are."""
    dead = Q(endpoint_id=endpoint_id, state=Delivery.State.DEAD, created_at__gte=since)
    return _again(whose(organisation_id, by_key, at="endpoint__") & dead)


def deliveries_forget() -> int:
    """Delete what is older than KEPT; return how many messages that were."""
    old = Delivery.objects.filter(created_at__lt=timezone.now() - KEPT)
    return old.delete()[1].get(Delivery._meta.label, 0)


def _again(which: Q) -> int:
    found = Delivery.objects.filter(which).exclude(leased_until__gt=timezone.now())
    return found.update(
        state=Delivery.State.WAITING, attempts=0, next_at=timezone.now(), delivered_at=None
    )
