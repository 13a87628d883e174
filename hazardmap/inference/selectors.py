"""Reads: what the detector is and what it said."""

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from detection.manifest import ManifestError
from hazardmap.core.recall import RecallTable, table_from_json
from hazardmap.inference.detector import manifest
from hazardmap.inference.models import Detection, ModelVersion


@dataclass(frozen=True, slots=True)
class DetectionInfo:
    id: UUID
    frame_id: UUID
    kind: str
    score: float
    left: float
    top: float
    right: float
    bottom: float


def detections_of(frame_ids: Iterable[UUID]) -> list[DetectionInfo]:
    """Every detection in these frames, best first."""
    rows = Detection.objects.filter(frame_id__in=list(frame_ids)).order_by("-score", "id")
    return [
        DetectionInfo(
            row.id, row.frame_id, row.kind, row.score, row.left, row.top, row.right, row.bottom
        )
        for row in rows
    ]


def model_names() -> set[str]:
    """The detector versions that are or were in use here: their results mean something to us."""
    names = set(ModelVersion.objects.values_list("name", flat=True))
    with suppress(ManifestError):  # a web machine may have no weights; the workers have
        names.add(manifest().hazards.label)
    return names


@cache
def recall_table() -> RecallTable:
    """What the detector in use sees of what is there."""
    return table_from_json(json.loads(manifest().recall.read_text()))
