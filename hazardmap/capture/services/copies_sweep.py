"""Blurred copies without a row, as a rollback, a killed worker or a restored dump leaves them.

Nobody could take such a picture down or delete it with its account, so none may stay.
"""

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from django.core.files.storage import default_storage
from django.utils import timezone

from hazardmap.capture.blobs import STORED, frame_of
from hazardmap.capture.models import Frame

logger = logging.getLogger(__name__)
# A copy that is just being written has its file before its row.
MIN_AGE: Final = timedelta(days=1)
PARTS: Final = 24


def copies_sweep(*, min_age: timedelta = MIN_AGE, hour: int | None = None) -> int:
    """Delete copies that no frame names and that are so old; return how many.

    hour: of the day; each looks at its own part of the folders, so that a day looks at all.
    """
    deleted = 0
    for path in copies_without_frame(min_age, hour=hour):
        default_storage.delete(path)
        deleted += 1
    if deleted:
        logger.warning("%d copies belonged to no frame and are deleted", deleted)
    return deleted


def copies_without_frame(min_age: timedelta, *, hour: int | None = None) -> Iterator[str]:
    """Their paths; of all folders, unless an hour is given."""
    if not default_storage.exists(STORED):
        return
    before = timezone.now() - min_age
    for folder in sorted(default_storage.listdir(STORED)[0]):
        if hour is None or sum(folder.encode()) % PARTS == hour:
            for path in _lost(f"{STORED}/{folder}"):
                if default_storage.get_modified_time(path) < before:
                    yield path


def _lost(folder: str) -> list[str]:
    paths = [f"{folder}/{name}" for name in default_storage.listdir(folder)[1]]
    owners = {path: frame_id for path in paths if (frame_id := frame_of(path)) is not None}
    named = Frame.objects.filter(id__in=owners.values()).values_list("stored", flat=True)
    return sorted(owners.keys() - set(named))
