"""Offer runs to the map again later: they were too much for the database."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from hazardmap.inference.models import DetectionRun
from hazardmap.platform.hardship import pause


def runs_waiting(*, limit: int) -> list[UUID]:
    """Frames of the oldest runs that the map has not taken in, postponed ones among them."""
    waiting = DetectionRun.objects.filter(fused_at__isnull=True).order_by("id")
    return list(waiting.values_list("frame_id", flat=True)[:limit])


@transaction.atomic
def runs_postpone(*, frame_ids: Iterable[UUID]) -> tuple[int, datetime]:
    """How many runs were postponed, and until when: by as much as the one tried most often.

    Those that another worker is at are left to it.
    """
    runs = DetectionRun.objects.filter(frame_id__in=list(frame_ids))
    held = dict(runs.select_for_update(skip_locked=True).values_list("id", "attempts"))
    attempts = max(held.values(), default=0) + 1
    retry_at = timezone.now() + pause(attempts)
    DetectionRun.objects.filter(id__in=held).update(
        fused_at=None, attempts=attempts, retry_at=retry_at
    )
    return len(held), retry_at
