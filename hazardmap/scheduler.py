"""Celery's schedule, for a machine that nobody looks at: beat goes on as it should when the clock
was wrong, when nobody takes its hints, and when there is no broker."""

import logging
from typing import Any, Final

from celery.beat import PersistentScheduler, SchedulingError
from kombu.exceptions import OperationalError
from redis import RedisError

# So many waiting hints say all that there is to say. A worker that comes back passes over those
# that have expired one by one: after a day without it they would keep it for a quarter of an hour.
ENOUGH: Final = 1000
logger = logging.getLogger(__name__)


class Scheduler(PersistentScheduler):
    """The file of the last runs, as Celery keeps it."""

    _is_broker_away = False

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
