"""Take hazards off the map whose probability has faded away, with an event for each."""

from django.db import transaction
from django.utils import timezone

from hazardmap.core.fusion.hazard import LIVE_STATES, Change, State
from hazardmap.core.fusion.lifecycle import swept
from hazardmap.hazards import mapping, models
from hazardmap.hazards.services.events_write import events_write

BATCH = 500


def expire_faded() -> int:
    """Expire what is due; return how many. Safe to run twice and at once."""
    expired = 0
    while count := _expire_batch():
        expired += count
    return expired


@transaction.atomic
def _expire_batch() -> int:
    now = timezone.now()
    due = models.Hazard.objects.filter(state__in=LIVE_STATES, expires_at__lte=now)
    batch = list(due.order_by("expires_at").select_for_update(skip_locked=True)[:BATCH])
    models.Hazard.objects.filter(id__in=[row.id for row in batch]).update(
        state=State.EXPIRED.value, published=False
    )
    events_write([(Change.REMOVED, swept(mapping.hazard_of(row), now)) for row in batch])
    return len(batch)
