"""Let a candidate look at live frames whose result is committed, while no frame waits."""

import logging
from collections import deque
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import UUID

from django.db import transaction

from detection.engine import FrameResult
from hazardmap.core.ids import child_id
from hazardmap.core.operation.comparison import is_sampled
from hazardmap.inference.detector import engine
from hazardmap.inference.models import ModelVersion, ShadowRun
from hazardmap.inference.services.model_promote import model_shadow
from hazardmap.inference.services.model_register import InService
from hazardmap.platform.rows_read import rows_read

logger = logging.getLogger(__name__)
# Originals in memory at any time. When frames come faster, the oldest of them go unseen.
MOST_WAITING = 8
MOST_FAILURES = 10
UNFINISHED = "the worker ended before the candidate had answered"


@dataclass(frozen=True, slots=True)
class Sample:
    """A detected frame, its original's bytes, and how long the live model took for it."""

    frame_id: UUID
    image: bytes
    live: ModelVersion
    shadow: ModelVersion
    live_ms: float


class Shadow:
    """The samples of one worker that wait until it has nothing better to do."""

    def __init__(self) -> None:
        self._waiting: deque[Sample] = deque(maxlen=MOST_WAITING)

    def offer(self, models: InService, frame_id: UUID, image: bytes, live_ms: float) -> None:
        """Keep the frame for the shadow, if there is one and the frame belongs to its share."""
        shadow = models.shadow
        if shadow is not None and is_sampled(frame_id, shadow.shadow_one_in or 1):
            self._waiting.append(Sample(frame_id, image, models.live, shadow, live_ms))

    def look(self, models: InService) -> bool:
        """Look at the oldest sample; False if none waits. Whatever goes wrong is only logged."""
        if models.shadow is None:
            self._waiting.clear()
        if not self._waiting:
            return False
        sample = self._waiting.popleft()
        try:
            _look(sample)
        except Exception:
            logger.exception("the shadow's look at frame %s is lost", sample.frame_id)
        return True


def _look(sample: Sample) -> None:
    label = sample.shadow.label
    failed = ShadowRun.objects.filter(model_version=sample.shadow).exclude(error="")
    if failed.count() >= MOST_FAILURES:
        model_shadow(label=label, one_in=None)
        logger.error("%s has failed %d times and is no longer a shadow", label, MOST_FAILURES)
        return
    run_id = child_id(sample.frame_id, "shadow", label)
    if not _begin(run_id, sample):
        return
    told: dict[str, Any] = {}
    try:
        detector = engine(label=label, path=Path(sample.shadow.manifest))
        began = perf_counter()
        [answer] = detector.process([sample.image])
    except Exception as error:  # a candidate may fail in any way: that is what is tried
        logger.exception("%s fails at frame %s", label, sample.frame_id)
        told["error"] = f"{type(error).__name__}: {error}"[:200]
    else:
        told["candidate_ms"] = (perf_counter() - began) * 1000
        if isinstance(answer, FrameResult):
            told["error"] = ""
            told["detections"] = [asdict(detection) for detection in answer.detections]
        else:
            told["error"] = f"rejected: {answer.reason}"
    ShadowRun.objects.filter(id=run_id).update(**told)  # unless it was forgotten meanwhile


@transaction.atomic
def _begin(run_id: UUID, sample: Sample) -> bool:
    """Note the look before it: a model that brings the worker down leaves a trace.

    False where this was looked at before, or the frame was deleted since: nobody would ever delete
    what is written of it then.
    """
    if not _lasts(child_id(sample.frame_id, sample.live.label)):
        return False
    _, is_new = ShadowRun.objects.get_or_create(
        id=run_id,
        defaults={
            "frame_id": sample.frame_id,
            "model_version": sample.shadow,
            "live_version": sample.live,
            "live_ms": sample.live_ms,
            "error": UNFINISHED,
        },
    )
    return is_new


def _lasts(live_run_id: UUID) -> bool:
    """Whether the live model's run is there, which then stays until the transaction ends. Whoever
    takes it into the map is not kept waiting."""
    locked = "SELECT 1 FROM inference_detectionrun WHERE id = %s FOR KEY SHARE"
    return bool(rows_read(locked, [live_run_id]))
