"""All that the detector keeps of a person's frames, to take along."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from hazardmap.inference.models import Detection, DetectionRun, ShadowRun

_RUN: Final = (
    *("id", "model_version__label", "source", "finished_at", "dark", "usable"),
    *("quality_reason", "context", "blur_receipt", "fused_at"),
)
_DETECTION: Final = ("id", "run_id", "kind", "score", "left", "top", "right", "bottom")
_TRIAL: Final = ("id", "model_version__label", "started_at", "error", "detections")


def looks_kept(frame_ids: Collection[UUID]) -> dict[UUID, dict[str, list[dict[str, Any]]]]:
    """By frame: looks with their blur receipts, what was found, and what candidates found."""
    kept: dict[UUID, dict[str, list[dict[str, Any]]]] = defaultdict(
        lambda: {"runs": [], "detections": [], "trials": []}
    )
    for name, model, columns in (
        ("runs", DetectionRun, _RUN),
        ("detections", Detection, _DETECTION),
        ("trials", ShadowRun, _TRIAL),
    ):
        rows = model._default_manager.filter(frame_id__in=frame_ids).order_by("id")
        for row in rows.values("frame_id", *columns):
            kept[row.pop("frame_id")][name].append(row)
    return kept
