"""Blurred copies without a row, as a rollback or a killed worker leaves them."""

import logging
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


def copies_sweep(*, hour: int) -> int:
    """Delete copies that no frame names and that are a day old; return how many.

    hour: of the day; each looks at its own part of the folders, so that a day looks at all.
    """
    deleted = 0
    if not default_storage.exists(STORED):
        return deleted
    for folder in default_storage.listdir(STORED)[0]:
        if sum(folder.encode()) % PARTS == hour:
            deleted += _sweep(f"{STORED}/{folder}")
    return deleted


def _sweep(folder: str) -> int:
    paths = [f"{folder}/{name}" for name in default_storage.listdir(folder)[1]]
    owners = {path: frame_id for path in paths if (frame_id := frame_of(path)) is not None}
    named = Frame.objects.filter(id__in=owners.values()).values_list("stored", flat=True)
    lost = owners.keys() - set(named)
    before = timezone.now() - MIN_AGE
    old = [path for path in lost if default_storage.get_modified_time(path) < before]
    for path in old:
        default_storage.delete(path)
    if old:
        logger.warning("%d copies in %s belonged to no frame and are deleted", len(old), folder)
    return len(old)
