"""Detect what waits: claim frames, run the engine, write rows, keep only blurred copies."""

import logging
import time
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from django.core.files.storage import default_storage
from django.db import InterfaceError, OperationalError, connection, transaction

from detection.decode import NotStarted, Rejection
from detection.engine import Engine, FrameResult
from hazardmap.capture.services import (
    ClaimedFrame,
    frame_detected,
    frame_rejected,
    frames_claim,
    frames_release,
)
from hazardmap.core.ids import child_id
from hazardmap.core.seeing.edge import EdgeReport, read_edge
from hazardmap.inference.detector import engine, unload_others
from hazardmap.inference.edge import edge_result
from hazardmap.inference.models import Detection, DetectionRun, ModelVersion
from hazardmap.inference.services.model_register import InService, in_service
from hazardmap.inference.services.shadow_look import Shadow
from hazardmap.platform.stopping import Stopped, is_told, leaving_off

logger = logging.getLogger(__name__)
LONGEST_S: Final = 30.0
"""Then the next hint goes on: a task without an end could neither be counted nor replaced."""
WAIT_FOR_US: Final = timedelta(seconds=10)
OURS: Final = (OSError, OperationalError, InterfaceError)
"""Disk and database: no frame is to blame for them."""
_owed: list[ClaimedFrame] = []
"""Leases that could not be given back, since the database was away."""


def detect_pending() -> int:
    """Work until no frame waits, half a minute at most; return how many were finished.

    Only then, and after each look again, a candidate sees some of these frames as a shadow.
    """
    finished = 0
    shadow = Shadow()
    until = time.monotonic() + LONGEST_S
    _give_back_what_is_owed()
    while time.monotonic() < until and not is_told():
        models = in_service()
        unload_others(models.labels)
        detector = engine(label=models.live.label, path=Path(models.live.manifest))
        if claimed := frames_claim():
            done, is_well = _detect(claimed, models, detector, shadow)
            finished += done
            if not is_well:
                break
        elif not shadow.look(models):
            break
    return finished


def _detect(
    claimed: list[ClaimedFrame], models: InService, detector: Engine, shadow: Shadow
) -> tuple[int, bool]:
    """How many were finished, and whether to go on. What failed through us is given back."""
    finished = 0
    waiting = {frame.id: frame for frame in claimed}
    try:
        readable = [(frame, image) for frame in claimed if (image := _read(frame)) is not None]
        results, live_ms = _process(detector, [image for _, image in readable])
        for (frame, image), result in zip(readable, results, strict=True):
            if not isinstance(result, FrameResult):
                finished += frame_rejected(frame_id=frame.id, reason=result.reason)
            elif _keep(frame, models.live, result):
                finished += 1
                if frame.edge is None:  # what a device saw is no measure for a candidate
                    shadow.offer(models, frame.id, image, live_ms)
            del waiting[frame.id]
    except Stopped:
        _give_back(waiting.values(), timedelta())
        return finished, False
    except OURS:
        logger.exception("%d frames wait until disk and database are well", len(waiting))
        _give_back(waiting.values(), WAIT_FOR_US)
        return finished, False
    return finished, True


def _process(
    detector: Engine, images: Sequence[bytes]
) -> tuple[list[FrameResult | Rejection], float]:
    """What the detector says, and its milliseconds per frame."""
    began = time.perf_counter()
    try:
        with leaving_off():
            results = detector.process(images)
    except NotStarted:
        raise
    except OURS as error:  # a picture may be to blame: that costs an attempt
        raise RuntimeError("the detector failed") from error
    return results, (time.perf_counter() - began) * 1000 / max(len(images), 1)


def _give_back(frames: Collection[ClaimedFrame], wait: timedelta) -> None:
    try:
        frames_release(frames, wait=wait)
    except OURS:
        connection.close()  # else the next statement would meet the same broken one
        _owed.extend(frames)


def _give_back_what_is_owed() -> None:
    """First of all: a second lease would look as if a worker had died of the frame."""
    if _owed:
        frames_release(_owed)
        _owed.clear()


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
