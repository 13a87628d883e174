"""Send what is due: claimed as leases, sent side by side, settled as rows."""

import logging
import time
from collections.abc import Callable, Collection
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone

from hazardmap.core.messages import webhook
from hazardmap.platform.database_clock import database_now
from hazardmap.platform.outbound import MAX_SECONDS, Answered, Unreachable, post
from hazardmap.webhooks.services.delivery_settle import Sent, delivery_settle
from hazardmap.webhooks.services.endpoints_end import endpoints_end

AT_ONCE: Final = 16
EACH_AT_ONCE: Final = 4
"""Of an organisation, in all processes."""
LEASE: Final = timedelta(seconds=3 * MAX_SECONDS)
_CLAIM: Final = (Path(__file__).parents[1] / "sql" / "claim.sql").read_text()
Held = Callable[[], Collection[str]]
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that is ours to send. attempts: with this one.

    secret_version, older_secrets_until: as of its endpoint.
    """

    id: UUID
    body: str
    attempts: int
    endpoint_id: UUID
    url: str
    secret_version: int
    older_secrets_until: list[datetime]


class Sender:
    """Keeps up to AT_ONCE requests going; `tick` never waits longer than it is told.

    held: keys that may spend no more: messages of the map wait, those that are free are sent.
    """

    def __init__(self, *, held: Held = frozenset) -> None:
        self._held = held
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook")
        self._going: dict[Future[Sent], Claimed] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Wait for what is going, and settle it."""
        while self._going:
            self.tick(MAX_SECONDS, more=False)
        self._threads.shutdown()

    def tick(self, patience_s: float, *, more: bool = True) -> bool:
        """Claim as much as there is room for, and settle what is done; whether anything goes on."""
        if more and (room := AT_ONCE - len(self._going)):
            for one in _claim(room, database_now(), self._held()):
                self._going[self._threads.submit(_send, one)] = one
        done, _ = wait(self._going, patience_s, FIRST_COMPLETED)
        for future in done:
            claimed = self._going.pop(future)
            _settle(claimed, future.result())
        return bool(self._going or done)


def deliveries_send(*, now: Callable[[], datetime] = timezone.now, held: Held = frozenset) -> int:
    """Send what is due, one after the other, until nothing is; return how many were sent.

    now: the clock, for whoever has to see days go by. held: as for a Sender.
    """
    sent = 0
    while claimed := _claim(AT_ONCE, now(), held()):
        for one in claimed:
            _settle(one, _send(one, at=now()))
        sent += len(claimed)
    return sent


def _settle(one: Claimed, sent: Sent) -> None:
    delivery_settle(delivery_id=one.id, attempts=one.attempts, url=one.url, sent=sent)


def _claim(room: int, now: datetime, held: Collection[str]) -> list[Claimed]:
    endpoints_end()
    values: dict[str, Any] = {
        "now": now,
        "leased_until": now + LEASE,
        "trips_at": webhook.TRIPS_AT,
        "each": EACH_AT_ONCE,
        "limit": room,
        "held": list(held),
    }
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, values)
        return [Claimed(*row) for row in cursor.fetchall()]


def _secrets(one: Claimed, at: datetime) -> list[bytes]:
    """All that are valid, the newest first."""
    older = enumerate(one.older_secrets_until, start=1)
    valid = [one.secret_version, *(one.secret_version - n for n, until in older if until > at)]
    return [webhook.secret(settings.SECRET_KEY, str(one.endpoint_id), version) for version in valid]


def _send(one: Claimed, at: datetime | None = None) -> Sent:
    """In a thread of its own: touches no database."""
    at = at or timezone.now()
    body = one.body.encode()
    signed = webhook.headers(_secrets(one, at), str(one.id), at, body)
    begin = time.monotonic()
    answered: Answered | None = None
    try:
        answered = post(one.url, body, {"content-type": "application/json", **signed})
        said = answered.body.decode(errors="replace").replace("\0", "")
    except Unreachable as error:
        said = str(error)
    except Exception:
        # Whatever a stranger's server makes a library do, the others' messages go on.
        logger.exception("message %s could not be sent", one.id)
        said = "could not be sent"
    return Sent(
        at=at,
        status=None if answered is None else answered.status,
        said=said[:500],
        duration_ms=int(1000 * (time.monotonic() - begin)),
        retry_after_s=None if answered is None else answered.retry_after_s,
    )
