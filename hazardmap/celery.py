"""The Celery application of the workers and of the schedule."""

import os
import signal
from typing import Any

from celery import Celery
from celery.signals import worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hazardmap.settings")
app = Celery("hazardmap")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def _finish_what_is_begun(**_: Any) -> None:
    """A stop signal to the whole process group ends a worker's child only after its task."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
