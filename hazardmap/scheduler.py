"""Celery's schedule, for a machine that nobody looks at: beat goes on as it should when the clock
was wrong, when nobody takes its hints, when there is no broker, and when the disk is full."""

import json
import logging
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from celery.beat import Scheduler as CelerysScheduler
from celery.beat import SchedulingError
from kombu.exceptions import OperationalError
from redis import RedisError

# So many waiting hints say all that there is to say. A worker that comes back passes over those
# that have expired one by one: after a day without it they would keep it for a quarter of an hour.
ENOUGH: Final = 1000
logger = logging.getLogger(__name__)


class Scheduler(CelerysScheduler):
    """When each task ran last is in a file: what a night has missed is made up for.

    A file of ours: Celery's, a Berkeley DB on Debian, hangs for ever once begun on a full disk.
    """

    _is_broker_away = False

    def __init__(self, *args: Any, schedule_filename: str, **kwargs: Any) -> None:
        self._path = Path(schedule_filename)
        super().__init__(*args, **kwargs)

    def setup_schedule(self) -> None:
        super().setup_schedule()
        for name, at in self._last_runs().items():
            if name in self.schedule:
                self.schedule[name].last_run_at = at
        self.sync()

    def sync(self) -> None:
        entries: dict[str, Any] = self.schedule
        last_runs = {name: entry.last_run_at.isoformat() for name, entry in entries.items()}
        new = self._path.with_suffix(".new")
        try:
            new.write_text(json.dumps(last_runs, indent=1))
            new.replace(self._path)
        except OSError as error:
            logger.error("the schedule goes on, but its file cannot be written: %s", error)
            new.unlink(missing_ok=True)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        self._forget_the_future()
        return float(super().tick(*args, **kwargs))

    def apply_entry(self, entry: Any, producer: Any = None) -> None:
        try:
            if self._waiting(entry, producer.channel) < ENOUGH:
                self.apply_async(entry, producer=producer, advance=False)
        except (SchedulingError, OperationalError, RedisError, OSError) as error:
            if not self._is_broker_away:
                logger.error("no broker, so nothing is scheduled: %s", error)
            self._is_broker_away = True
        else:
            if self._is_broker_away:
                logger.warning("the broker is back")
            self._is_broker_away = False

    def _last_runs(self) -> dict[str, datetime]:
        """None where there is no such file, or one of Celery's."""
        try:
            told = json.loads(self._path.read_text())
            return {name: datetime.fromisoformat(at) for name, at in told.items()}
        except (OSError, ValueError):
            return {}

    def _forget_the_future(self) -> None:
        """What ran while the clock was ahead would else not run again until it is that late."""
        entries: list[Any] = list(self.schedule.values())
        ahead = [entry for entry in entries if entry.last_run_at > entry.default_now()]
        for entry in ahead:
            entry.last_run_at = entry.default_now()
        if ahead:
            logger.warning("the clock was ahead; the schedule goes by the present one")
            self._heap = None  # so that it is made anew

    def _waiting(self, entry: Any, channel: Any) -> int:
        queue = self.app.amqp.router.route(dict(entry.options), entry.task)["queue"]
        return int(channel.queue_declare(queue=queue.name).message_count)
