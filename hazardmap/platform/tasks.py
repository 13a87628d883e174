from celery import shared_task
from django.utils import timezone

from hazardmap.platform import partitions


@shared_task
def make_partitions() -> None:
    partitions.make_partitions(timezone.now())
