from celery import shared_task

from hazardmap.webhooks import services


@shared_task
def forget_deliveries() -> None:
    services.deliveries_forget()
