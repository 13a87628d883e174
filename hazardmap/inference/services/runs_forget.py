"""What the detectors said about frames of somebody who has left."""

from collections.abc import Collection
from uuid import UUID

from hazardmap.inference.models import Detection, DetectionRun, ShadowRun


def runs_forget(*, frame_ids: Collection[UUID]) -> None:
    """Runs, shadow runs and boxes of these frames. The map keeps what it has taken in.

    Runs first: without its boxes one would say that nothing was there.
    """
    for model in (DetectionRun, ShadowRun, Detection):
        model._default_manager.filter(frame_id__in=frame_ids).delete()
