import logging

from celery import shared_task
from django.utils import timezone

from hazardmap.closing.alerts_tell import alerts_tell
from hazardmap.closing.reconcile import reconcile
from hazardmap.core.pricing.period import month_of

logger = logging.getLogger(__name__)


@shared_task
def tell_alerts() -> None:
    alerts_tell()


@shared_task
def reconcile_month() -> None:
    """What `manage.py reconcile` calls wrong about this month is an error in the log."""
    now = timezone.now()
    for difference in reconcile(month_of(now), now):
        if difference.wrong:
            logger.error("billing: %s", difference.words)
