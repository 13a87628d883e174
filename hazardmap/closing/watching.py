"""Whom a cap or a missing plan keeps from being told: billing knows that, webhooks who is told."""

from time import monotonic

from django.utils import timezone

from hazardmap.billing.plan_selectors import keys_without_plan
from hazardmap.billing.spend_selectors import keys_stopped
from hazardmap.billing.spend_terms import GOOD_FOR_S
from hazardmap.core.selling.usage import Meter
from hazardmap.webhooks.selectors import keys_watching


class _Known:
    """What this process knew last: it is asked for with every batch of messages, and all keys that
    watch have to be looked at."""

    without_plan: frozenset[str] = frozenset()
    until_s: float = 0.0


_known = _Known()


def keys_held() -> set[str]:
    """Watching stands still for them as a whole: no messages of the map, no hours."""
    if monotonic() >= _known.until_s:
        _known.without_plan = frozenset(keys_without_plan(timezone.now(), among=keys_watching))
        _known.until_s = monotonic() + GOOD_FOR_S
    return keys_stopped(Meter.WEBHOOK, Meter.WATCH_HOUR) | _known.without_plan
