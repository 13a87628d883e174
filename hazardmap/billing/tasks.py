import logging

from celery import shared_task
from django.utils import timezone

from hazardmap.billing import services
from hazardmap.billing.refused import BillingRefused
from hazardmap.billing.selectors import customers_to_draft
from hazardmap.core.selling.pricing.period import month_of
from hazardmap.core.selling.pricing.tax import TaxUnknown
from hazardmap.platform.partitions import month_after

logger = logging.getLogger(__name__)


@shared_task
def watch_spending() -> None:
    services.spending_watch()
    services.alerts_mail()


@shared_task
def end_subscriptions() -> None:
    services.subscriptions_end()


@shared_task
def draft_invoices() -> None:
    """Last month's, anew each day until they are finalised: what came late is in them."""
    month = month_of(month_after(timezone.now(), -1))
    services.subscriptions_end()
    for customer_id in customers_to_draft(month):
        try:
            services.invoice_draft(customer_id=customer_id, month=month)
        except (BillingRefused, TaxUnknown) as error:
            logger.error("customer %s is not invoiced: %s", customer_id, error)


@shared_task
def push_payments() -> None:
    services.payments_push()


@shared_task
def update_payers() -> None:
    services.payers_update()


@shared_task
def compare_payments() -> None:
    """What `manage.py payments --compare` prints is an error in the log."""
    for difference in services.payments_compare():
        logger.error("payments: %s", difference)
