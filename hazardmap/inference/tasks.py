from celery import shared_task

from hazardmap.inference import services


@shared_task
def detect_pending() -> None:
    services.detect_pending()
