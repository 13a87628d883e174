"""Blurred copies that no frame has: after a restore, those of frames that the dump does not know.

Nobody could take such a picture down or delete it with its account, so none may stay.
"""

from collections.abc import Iterator
from datetime import timedelta

from django.core.files.storage import default_storage
from django.utils import timezone

from hazardmap.capture.blobs import STORED
from hazardmap.capture.models import Frame

# A worker that is just finishing a frame has its file before its row says so.
MIN_AGE = timedelta(minutes=10)


def pictures_without_frame() -> Iterator[str]:
    """Their paths, folder by folder."""
    if not default_storage.exists(STORED):
        return
    for name in sorted(default_storage.listdir(STORED)[0]):
        folder = f"{STORED}/{name}"
        paths = {f"{folder}/{file}" for file in default_storage.listdir(folder)[1]}
        known = Frame.objects.filter(stored__in=paths).values_list("stored", flat=True)
        youngest = timezone.now() - MIN_AGE
        for path in sorted(paths.difference(known)):
            if default_storage.get_modified_time(path) < youngest:
                yield path


def pictures_sweep() -> int:
    """Delete them; return how many there were."""
    deleted = 0
    for path in pictures_without_frame():
        default_storage.delete(path)
        deleted += 1
    return deleted
