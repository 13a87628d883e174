"""Whom a cap or a missing plan keeps from being told: billing knows that, webhooks who is told."""

from django.utils import timezone

from hazardmap.billing.plan_selectors import keys_without_plan
from hazardmap.billing.spend_selectors import keys_stopped
from hazardmap.core.selling.usage import Meter
from hazardmap.webhooks.selectors import keys_watching


def keys_held() -> set[str]:
    """Watching stands still for them as a whole: no messages of the map, no hours."""
    stopped = keys_stopped(Meter.WEBHOOK, Meter.WATCH_HOUR)
    return stopped | keys_without_plan(timezone.now(), among=keys_watching)
