from celery import shared_task

from hazardmap.capture.services import originals_sweep
from hazardmap.inference import services


@shared_task
def detect_pending() -> None:
    services.detect_pending()


@shared_task
def sweep_originals() -> None:
    originals_sweep()
