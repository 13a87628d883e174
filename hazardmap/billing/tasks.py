from celery import shared_task

from hazardmap.billing import services


@shared_task
def watch_spending() -> None:
    services.spending_watch()
    services.alerts_mail()
