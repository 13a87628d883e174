"""The Celery application of the workers and of the schedule."""

import os
import signal
from contextlib import suppress
from typing import Any

from billiard import active_children
from celery import Celery
from celery.signals import task_prerun, worker_process_init, worker_shutting_down

from hazardmap.platform import stopping

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hazardmap.settings")
app = Celery("hazardmap")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def _finish_what_is_begun(**_: Any) -> None:
    """A stop signal to the whole process group ends a worker's child only after its task."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


@task_prerun.connect
def _leave_off_early(**_: Any) -> None:
    """Not before: the pool puts its own handler in the place of any other at the start."""
    signal.signal(signal.SIGTERM, stopping.stop)


@worker_shutting_down.connect
def _tell_the_children(**_: Any) -> None:
    """Who stops a container signals its first process only."""
    for child in active_children():
        if child.pid is not None:
            with suppress(ProcessLookupError):
                os.kill(child.pid, signal.SIGTERM)
