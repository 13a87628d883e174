"""Frames that are to be forgotten: taken from the workers, then the pictures, then the rows."""

from collections.abc import Collection
from uuid import UUID

from django.core.files.storage import default_storage

from hazardmap.capture.models import Frame


def frames_withdraw(*, frame_ids: Collection[UUID]) -> None:
    """Have no worker finish those that wait: whoever is at one finds that it is over.

    Call it before what hangs on these frames is deleted, which would be written anew behind it.
    """
    waiting = Frame.objects.filter(id__in=frame_ids, state=Frame.State.RECEIVED)
    # Should the rest not happen, its owner may send it again (frame_accept.LOST).
    waiting.update(state=Frame.State.REJECTED, reason="original_lost", lease_until=None)


def frames_forget(*, frame_ids: Collection[UUID]) -> None:
    """Safe to call twice: a row goes after its files, so what was broken off is found again."""
    rows = Frame.objects.filter(id__in=frame_ids)
    for paths in rows.values_list("original", "stored"):
        for path in filter(None, paths):
            default_storage.delete(path)
    rows.delete()
