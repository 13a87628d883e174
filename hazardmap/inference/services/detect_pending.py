"""Detect what waits: claim frames, run the engine, write rows, keep only blurred copies."""

from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction

from detection.engine import Engine, FrameResult
from hazardmap.capture.services import ClaimedFrame, frame_detected, frame_rejected, frames_claim
from hazardmap.core.edge import EdgeReport, read_edge
from hazardmap.core.ids import child_id
from hazardmap.inference.detector import engine, unload_others
from hazardmap.inference.edge import edge_result
from hazardmap.inference.models import Detection, DetectionRun, ModelVersion
from hazardmap.inference.services.model_register import InService, in_service
from hazardmap.inference.services.shadow_look import Shadow


def detect_pending() -> int:
    """Work until no frame waits; return how many were finished.

    Only then, and after each look again, a candidate sees some of these frames as a shadow.
    """
    finished = 0
    shadow = Shadow()
    while True:
        models = in_service()
        unload_others(models.labels)
        detector = engine(label=models.live.label, path=Path(models.live.manifest))
        if claimed := frames_claim():
            finished += _detect(claimed, models, detector, shadow)
        elif not shadow.look(models):
            return finished


def _detect(
    claimed: list[ClaimedFrame], models: InService, detector: Engine, shadow: Shadow
) -> int:
    finished = 0
    readable = [(frame, image) for frame in claimed if (image := _read(frame)) is not None]
    began = perf_counter()
    results = detector.process([image for _, image in readable])
    live_ms = (perf_counter() - began) * 1000 / max(len(readable), 1)
    for (frame, image), result in zip(readable, results, strict=True):
        if not isinstance(result, FrameResult):
            finished += frame_rejected(frame_id=frame.id, reason=result.reason)
        elif _keep(frame, models.live, result):
            finished += 1
            if frame.edge is None:  # what a device saw is no measure for a candidate
                shadow.offer(models, frame.id, image, live_ms)
    return finished


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
        version = ModelVersion.objects.get(label=report.model)
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
        id=child_id(frame_id, version.label),
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
