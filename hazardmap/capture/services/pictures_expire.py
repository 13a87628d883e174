"""Blurred copies whose time is over: deleted, or kept a day longer. Their rows stay."""

from collections.abc import Collection
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.core.files.storage import default_storage
from django.utils import timezone

from hazardmap.capture.models import Frame

PROLONGED_BY: Final = timedelta(days=1)


def pictures_expire(*, frame_ids: Collection[UUID]) -> None:
    """Safe to call twice: the row forgets a file after it is gone, so none is left behind."""
    rows = Frame.objects.filter(id__in=frame_ids, state=Frame.State.DETECTED).exclude(stored="")
    found = dict(rows.values_list("id", "stored"))
    for path in found.values():
        default_storage.delete(path)
    Frame.objects.filter(id__in=found).update(stored="", picture_until=timezone.now())


def pictures_prolong(*, frame_ids: Collection[UUID]) -> None:
    """Keep these copies until they are looked at again."""
    until = timezone.now() + PROLONGED_BY
    Frame.objects.filter(id__in=frame_ids).exclude(stored="").update(picture_until=until)
