"""The Celery application of the workers and of the schedule."""

import os
import signal
from contextlib import suppress
from typing import Any

from billiard import active_children
from celery import Celery
from celery.signals import worker_process_init, worker_shutting_down

from hazardmap.platform import stopping

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hazardmap.settings")
app = Celery("hazardmap")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def _finish_what_is_begun(**_: Any) -> None:
    """A stop signal ends a worker's child only after its task, which may leave off early."""
    signal.signal(signal.SIGTERM, stopping.stop)


@worker_shutting_down.connect
def _tell_the_children(**_: Any) -> None:
    """Who stops a container signals its first process only."""
    for child in active_children():
        if child.pid is not None:
            with suppress(ProcessLookupError):
                os.kill(child.pid, signal.SIGTERM)
