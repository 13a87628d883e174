"""Reads: what the detector is and what it said."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hazardmap.core.geometry.box import Box
from hazardmap.core.ids import child_id
from hazardmap.core.operation.comparison import Pair, Report
from hazardmap.core.operation.promotion import Metrics, metrics_from_json
from hazardmap.core.seeing.recall import RecallTable, table_from_json
from hazardmap.inference.detector import configured
from hazardmap.inference.models import Detection, ModelVersion, ShadowRun

State = ModelVersion.State


@dataclass(frozen=True, slots=True)
class DetectionInfo:
    frame_id: UUID
    kind: str
    score: float
    box: Box


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """metrics: its figures on the frozen benchmark, None where nobody has measured them."""

    label: str
    state: str
    promoted_at: datetime | None
    promoted_by: str
    metrics: Metrics | None


@dataclass(frozen=True, slots=True)
class Trial:
    """What a candidate and the live model said about the same frames.

    live: label of the live model. errors: of looks that gave no result. live_ms, candidate_ms:
    time per frame.
    """

    live: str
    pairs: tuple[Pair, ...]
    errors: tuple[str, ...]
    live_ms: tuple[float, ...]
    candidate_ms: tuple[float, ...]


def detections_of(frame_ids: Iterable[UUID]) -> list[DetectionInfo]:
    """Every detection in these frames, best first."""
    rows = Detection.objects.filter(frame_id__in=list(frame_ids)).order_by("-score", "id")
    return [DetectionInfo(row.frame_id, row.kind, row.score, row.box) for row in rows]


def recall_table() -> RecallTable:
    """What the live detector sees of what is there; before the first start, the configured one."""
    live = ModelVersion.objects.filter(state=State.LIVE).values_list("recall", flat=True).first()
    return table_from_json(configured().recall if live is None else live)


def models_known() -> list[ModelInfo]:
    """Every registered model, the newest first."""
    return [
        ModelInfo(row.label, row.state, row.promoted_at, row.promoted_by, _metrics(row))
        for row in ModelVersion.objects.order_by("-registered_at", "label")
    ]


def trial_of(label: str, *, limit: int) -> Trial | None:
    """The latest `limit` frames that a candidate has seen as a shadow; None if it is unknown.

    Frames whose live result is of another version than the trial's latest are left out: they would
    compare the candidate with something else.
    """
    if not ModelVersion.objects.filter(label=label).exists():
        return None
    runs = list(ShadowRun.objects.filter(model_version=label).order_by("-id")[:limit])
    live = runs[0].live_version_id if runs else ""
    runs = [run for run in runs if run.live_version_id == live]
    looks = [run for run in runs if not run.error]
    of_live = _reports_of_live(looks)
    return Trial(
        live=live,
        pairs=tuple(
            Pair(run.frame_id, of_live[run.frame_id], [_report(**each) for each in run.detections])
            for run in looks
        ),
        errors=tuple(run.error for run in runs if run.error),
        live_ms=tuple(run.live_ms for run in looks),
        candidate_ms=tuple(run.candidate_ms for run in looks if run.candidate_ms is not None),
    )


def _reports_of_live(looks: list[ShadowRun]) -> Mapping[UUID, list[Report]]:
    # The same id as in detect_pending: other models' runs of these frames are not asked for.
    run_ids = {child_id(run.frame_id, run.live_version_id) for run in looks}
    found: dict[UUID, list[Report]] = defaultdict(list)
    rows = Detection.objects.filter(frame_id__in=[run.frame_id for run in looks])
    for row in rows.order_by("id"):
        if row.run_id in run_ids:
            found[row.frame_id].append(Report(row.kind, row.score, row.box))
    return found


def _report(kind: str, score: float, **box: float) -> Report:
    """A detection as a shadow run keeps it."""
    return Report(kind, score, Box(**box))


def _metrics(row: ModelVersion) -> Metrics | None:
    return None if row.metrics is None else metrics_from_json(row.metrics)
