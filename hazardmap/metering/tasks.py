from celery import shared_task

from hazardmap.metering import services


@shared_task
def ship_usage() -> None:
    services.usage_ship()
