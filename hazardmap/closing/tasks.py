import logging
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from hazardmap.closing.alerts_tell import alerts_tell
from hazardmap.closing.month_share import held_share
from hazardmap.closing.reconcile import reconcile
from hazardmap.closing.usage_forget import old_usage_forget
from hazardmap.closing.watching import keys_held
from hazardmap.core.selling.pricing.period import month_of
from hazardmap.platform.unhurried import unhurried_session
from hazardmap.webhooks.services import watch_hours_record

logger = logging.getLogger(__name__)


@shared_task
def tell_alerts() -> None:
    alerts_tell()


@shared_task
def share_held() -> None:
    """What `manage.py share_month` has set aside is divided when it is paid, however late."""
    held_share(timezone.now())


@shared_task
def meter_watches() -> None:
    watch_hours_record(held=keys_held())


@shared_task
@unhurried_session()
def forget_usage() -> None:
    old_usage_forget(timezone.now())


@shared_task
@unhurried_session()
def reconcile_month() -> None:
    """What `manage.py reconcile` calls wrong is an error in the log: of this month, and of the last
    one, whose end no night of its own has seen, and whose invoices are new."""
    now = timezone.now()
    this = month_of(now)
    for month in (month_of(this.start - timedelta(days=1)), this):
        for difference in reconcile(month, now):
            if difference.wrong:
                logger.error("billing: %s", difference.words)
