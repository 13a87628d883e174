"""What the detectors said about frames of somebody who has left."""

from collections.abc import Collection
from uuid import UUID

from hazardmap.inference.models import Detection, DetectionRun, ShadowRun


def runs_forget(*, frame_ids: Collection[UUID]) -> None:
    """Boxes, runs and shadow runs of these frames. The map keeps what it has taken in."""
    for model in (Detection, ShadowRun, DetectionRun):
        model._default_manager.filter(frame_id__in=frame_ids).delete()
