from celery import shared_task
from django.utils import timezone

from hazardmap.capture import services


@shared_task
def sweep_originals() -> None:
    services.originals_sweep()


@shared_task
def erase_pictures() -> None:
    services.pictures_erase()


@shared_task
def sweep_copies() -> None:
    services.copies_sweep(hour=timezone.now().hour)
