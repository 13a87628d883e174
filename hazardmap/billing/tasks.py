import logging

from celery import shared_task

from hazardmap.billing import services

logger = logging.getLogger(__name__)


@shared_task
def watch_spending() -> None:
    services.spending_watch()
    services.alerts_mail()


@shared_task
def end_subscriptions() -> None:
    services.subscriptions_end()


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
