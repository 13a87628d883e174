"""What a serving process does beside serving: learn which keys to refuse, and tidy the files.

A thread of each web process, not a task of the queue: revoking a key must not wait for a worker
that is busy, nor for Redis. The queue loads what was served and compares it with caps; where it
does not, this thread does. It also adds up how requests of keys were answered.
"""

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from threading import Thread
from typing import Final

from django.db import InterfaceError, OperationalError, close_old_connections
from django.utils import timezone

from hazardmap.accounts.selectors import keys_used, keys_without_rights
from hazardmap.billing.plan_selectors import keys_without_plan
from hazardmap.billing.services import spending_watch
from hazardmap.billing.spend_selectors import keys_stopped, spending_watched_at
from hazardmap.core.access.tile_token import LIFE_DAYS
from hazardmap.core.selling.usage import Meter
from hazardmap.metering.services import answers_add, usage_has_room, usage_ship
from tiles.denied import EVERYBODY, deny
from tiles.layers import LAYERS
from tiles.sweep import sweep

DENY_EVERY_S: Final = 3.0
WATCHED_WITHIN: Final = timedelta(seconds=6)
SWEEP_EVERY_S: Final = 120.0
# A token dies at most a day after its life; only until then has its key to be refused.
ADDRESSES_LIVE: Final = timedelta(days=LIFE_DAYS + 2)
logger = logging.getLogger(__name__)


class _Swept:
    """When this process tidies the files the next time."""

    next_s: float = 0.0


_swept = _Swept()


def start() -> None:
    """Begin, in the background, until the process ends."""
    Thread(target=_run, name="upkeep of tiles", daemon=True).start()


def deny_keys() -> None:
    """Refuse the keys that were revoked or have expired, and those that may spend no more or need a
    plan; all of them while there is no room to note what is served, which nginx does only
    afterwards.
    """
    now = timezone.now()
    since = now - ADDRESSES_LIVE
    denied = keys_without_rights(since=since) | keys_stopped(Meter.TILE)
    denied |= keys_without_plan(now, among=partial(keys_used, since=since))
    if not usage_has_room():
        logger.error("buyers get no tiles: there is no room for the usage log")
        denied.add(EVERYBODY)
    deny(denied)


def watch_spending() -> None:
    """Do the work of the queue where it has not been done lately."""
    if timezone.now() - spending_watched_at() > WATCHED_WITHIN:
        usage_ship()
        spending_watch()


def sweep_files() -> None:
    """Every so often, by one of all processes."""
    if time.monotonic() >= _swept.next_s:
        keep_s = {name: layer.keep_s for name, layer in LAYERS.items()}
        sweep(keep_s, every_s=SWEEP_EVERY_S)
        _swept.next_s = time.monotonic() + SWEEP_EVERY_S


def _run() -> None:
    while True:
        for step in (deny_keys, watch_spending, answers_add, sweep_files):
            _attempt(step)
        time.sleep(DENY_EVERY_S)


def _attempt(step: Callable[[], object]) -> None:
    """Whatever befalls one of them: a revoked key must not wait for billing, nor for a disk."""
    try:
        close_old_connections()
        step()
    except (OperationalError, InterfaceError) as error:
        logger.warning("%s waits for the database: %s", step.__name__, str(error).strip())
    except Exception:
        logger.exception("%s failed and is tried again", step.__name__)
