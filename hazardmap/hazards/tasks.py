from celery import shared_task

from hazardmap.hazards import services


@shared_task
def fuse_pending() -> None:
    services.fuse_pending()


@shared_task
def expire_faded() -> None:
    services.expire_faded()


@shared_task
def refresh_cells() -> None:
    services.cells_refresh()


@shared_task
def refresh_zones() -> None:
    services.zones_refresh()
