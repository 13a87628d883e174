"""Detect what waits: claim frames, run the engine, write rows, keep only blurred copies."""

from dataclasses import asdict
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction

from detection.engine import FrameResult
from detection.manifest import Model
from hazardmap.capture.services import ClaimedFrame, frame_detected, frame_rejected, frames_claim
from hazardmap.core.edge import EdgeReport, read_edge
from hazardmap.core.ids import child_id
from hazardmap.inference.detector import engine, manifest
from hazardmap.inference.edge import edge_result
from hazardmap.inference.models import Detection, DetectionRun, ModelVersion


def detect_pending() -> int:
    """Work until no frame waits; return how many were finished."""
    detector = engine()
    version = _register(manifest().hazards)
    finished = 0
    while claimed := frames_claim():
        readable = [(frame, image) for frame in claimed if (image := _read(frame)) is not None]
        results = detector.process([image for _, image in readable])
        for (frame, _), result in zip(readable, results, strict=True):
            if isinstance(result, FrameResult):
                finished += _keep(frame, version, result)
            else:
                finished += frame_rejected(frame_id=frame.id, reason=result.reason)
    return finished


def _register(model: Model) -> ModelVersion:
    row, _ = ModelVersion.objects.get_or_create(name=model.label, defaults={"sha256": model.sha256})
    return row


def _read(frame: ClaimedFrame) -> bytes | None:
    """The original's bytes; a frame whose original is gone is rejected."""
    try:
        with default_storage.open(frame.original) as file:
            return bytes(file.read())
    except FileNotFoundError:
        frame_rejected(frame_id=frame.id, reason="original_lost")
        return None


def _report(edge: dict[str, Any]) -> EdgeReport:
    """The report of an accepted frame, which met every rule when it came."""
    report = read_edge(edge, models=[edge["model"]])
    if isinstance(report, list):
        raise ValueError(f"a stored report of a device breaks a rule: {report}")
    return report


@transaction.atomic
def _keep(frame: ClaimedFrame, version: ModelVersion, result: FrameResult) -> bool:
    frame_id, source = frame.id, DetectionRun.Source.WORKER
    if frame.edge is not None:
        report = _report(frame.edge)
        result, source = edge_result(report, result), DetectionRun.Source.EDGE
        version = ModelVersion.objects.get(name=report.model)
    kept = frame_detected(
        frame_id=frame_id,
        blurred_jpeg=result.blurred_jpeg,
        width_px=result.width_px,
        height_px=result.height_px,
        phash=result.phash - (1 << 63),
        reason=result.quality.reason or "",
    )
    if not kept:
        return False
    run = DetectionRun.objects.create(
        id=child_id(frame_id, version.name),
        frame_id=frame_id,
        model_version=version,
        source=source,
        dark=result.quality.dark,
        usable=result.quality.usable,
        quality_reason=result.quality.reason or "",
        context=[asdict(item) for item in result.context],
        blur_receipt=asdict(result.receipt),
    )
    Detection.objects.bulk_create(
        Detection(
            id=child_id(run.id, str(index)),
            run_id=run.id,
            frame_id=frame_id,
            kind=box.kind,
            score=box.score,
            left=box.left,
            top=box.top,
            right=box.right,
            bottom=box.bottom,
        )
        for index, box in enumerate(result.detections)
    )
    return True
