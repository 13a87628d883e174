"""Wake a detection worker."""

import logging

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def detect_hint() -> None:
    """A lost hint costs two seconds: the schedule wakes a worker anyway."""
    try:
        current_app.send_task("hazardmap.inference.tasks.detect_pending", expires=10)
    except OperationalError:
        logger.warning("no broker: waiting frames are found by the schedule")
