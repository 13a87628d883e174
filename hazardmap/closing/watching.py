"""Whom a cap keeps from being told: billing knows who may spend no more, webhooks who is told."""

from hazardmap.billing.spend_selectors import keys_stopped
from hazardmap.core.selling.usage import Meter


def keys_held() -> set[str]:
    """Watching stands still for them as a whole: no messages of the map, no hours."""
    return keys_stopped(Meter.WEBHOOK, Meter.WATCH_HOUR)
