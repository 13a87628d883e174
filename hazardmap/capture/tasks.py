from celery import shared_task

from hazardmap.capture import services


@shared_task
def sweep_originals() -> None:
    services.originals_sweep()


@shared_task
def erase_pictures() -> None:
    services.pictures_erase()
