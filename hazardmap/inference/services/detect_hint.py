"""Wake a detection worker."""

import logging
import time
from typing import Final

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)
EVERY_S: Final = 1.0
_next_at = 0.0


def detect_hint() -> None:
    """At most one a second: a worker that is awake takes all that waits.

    A hint that is lost or left out costs two seconds: the schedule wakes a worker anyway.
    """
    global _next_at  # noqa: PLW0603 - of the whole process; two threads at once send two
    if (now := time.monotonic()) < _next_at:
        return
    _next_at = now + EVERY_S
    try:
        current_app.send_task("hazardmap.inference.tasks.detect_pending", expires=10)
    except OperationalError:
        logger.warning("no broker: waiting frames are found by the schedule")
