"""Hand finished detection runs to the map, each once."""

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from hazardmap.core.geometry.box import Box
from hazardmap.inference.models import Detection, DetectionRun


@dataclass(frozen=True, slots=True)
class TakenDetection:
    id: UUID
    kind: str
    score: float
    box: Box


@dataclass(frozen=True, slots=True)
class TakenRun:
    """One detected frame. `occluders` are the boxes of vehicles and people in it.

    attempts: how often it was postponed. edge: the detections are its device's own.
    """

    frame_id: UUID
    model_version: str
    dark: bool
    usable: bool
    occluders: tuple[Box, ...]
    detections: tuple[TakenDetection, ...]
    attempts: int = 0
    edge: bool = False


def runs_take(*, limit: int) -> list[TakenRun]:
    """Lock and mark the oldest runs that the map has not taken in and that are due.

    Call it inside the transaction that writes what follows from them: if that is rolled back, the
    runs are offered again; another worker at the same time gets other runs.
    """
    now = timezone.now()
    due = Q(retry_at__isnull=True) | Q(retry_at__lte=now)
    waiting = DetectionRun.objects.filter(due, fused_at__isnull=True).order_by("id")
    runs = list(waiting.select_for_update(skip_locked=True, no_key=True)[:limit])
    DetectionRun.objects.filter(id__in=[run.id for run in runs]).update(fused_at=now)
    detections: dict[UUID, list[TakenDetection]] = defaultdict(list)
    boxes = Detection.objects.filter(frame_id__in=[run.frame_id for run in runs]).order_by("id")
    columns = "run_id", "id", "kind", "score", "left", "top", "right", "bottom"
    for run_id, id_, kind, score, *sides in boxes.values_list(*columns):
        detections[run_id].append(TakenDetection(id_, kind, score, Box(*sides)))
    return [
        TakenRun(
            frame_id=run.frame_id,
            model_version=run.model_version_id,
            dark=run.dark,
            usable=run.usable,
            occluders=tuple(
                Box(item["left"], item["top"], item["right"], item["bottom"])
                for item in run.context
            ),
            detections=tuple(detections[run.id]),
            attempts=run.attempts,
            edge=run.source == DetectionRun.Source.EDGE,
        )
        for run in runs
    ]
