"""How the site is: read from rows and files that are there anyway; the live stream is asked."""

from collections.abc import Callable, Iterator
from datetime import MINYEAR, UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.utils import timezone
from redis import RedisError

import hazardmap.accounts.backlog
import hazardmap.billing.backlog
import hazardmap.capture.backlog
import hazardmap.hazards.backlog
import hazardmap.inference.backlog
import hazardmap.metering.backlog
import hazardmap.webhooks.backlog
import tiles.backlog
from hazardmap.billing.spend_selectors import spending_watched_at
from hazardmap.closing.watching import keys_held
from hazardmap.core.operation import condition
from hazardmap.core.operation.condition import Health, Line
from hazardmap.moderation.report_selectors import oldest_waiting
from hazardmap.platform.disk import free_bytes
from hazardmap.platform.partitions import missing_partitions, month_after
from hazardmap.settings.env import ENV
from tiles.live.answers import live_problem

READER_WORDS: Final = {"cells": "cells", "zones": "work zones", "webhooks": "webhooks made"}


def status() -> list[Line]:
    """Without a database only what can be said without one."""
    lines = [_database(), _redis()]
    if lines[0].verdict is Health.OK:
        for read in _OF_ROWS:
            try:
                lines += read()
            except DatabaseError as error:  # away since, or too slow
                name = read.__name__.strip("_").replace("_", " ")
                lines.append(condition.answering(name, _first_line(error)))
    return [*lines, _live(), *_files()]


def _database() -> Line:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            (size_bytes,) = cursor.fetchone()
    except DatabaseError as error:
        return condition.answering("database", _first_line(error))
    return condition.database(size_bytes)


def _redis() -> Line:
    try:
        cache.get("status")
    except RedisError as error:
        return condition.answering("redis", _first_line(error))
    return condition.answering("redis", "")


def _live() -> Line:
    return condition.answering("live stream", live_problem(ENV.live_address))


def _detector() -> Iterator[Line]:
    yield condition.detector(*hazardmap.inference.backlog.live_model())


def _detection() -> Iterator[Line]:
    since = hazardmap.capture.backlog.oldest_received()
    yield condition.waiting("detection", _age(since), condition.DETECTION)


def _pictures() -> Iterator[Line]:
    older_than = timedelta(days=settings.PICTURE_DAYS)
    since = hazardmap.capture.backlog.oldest_picture_due(older_than=older_than)
    yield condition.waiting("old pictures", _age(since), condition.PICTURES)


def _reports() -> Iterator[Line]:
    yield condition.waiting("reports", _age(oldest_waiting()), condition.REPORTS)


def _takedowns() -> Iterator[Line]:
    since = hazardmap.capture.backlog.oldest_to_erase()
    yield condition.waiting("takedowns", _age(since), condition.FORGETTING)


def _leaving() -> Iterator[Line]:
    since = hazardmap.accounts.backlog.left_since()
    yield condition.waiting("leaving", _age(since), condition.FORGETTING)


def _fusion() -> Iterator[Line]:
    since = hazardmap.inference.backlog.oldest_unfused()
    yield condition.waiting("fusion", _age(since), condition.FUSION)


def _places() -> Iterator[Line]:
    number, version_at = hazardmap.hazards.backlog.stale()
    yield condition.places(number, _age(version_at))


def _tiles() -> Iterator[Line]:
    changes, since, is_built = tiles.backlog.unpublished()
    yield condition.publisher(_age(since), changes, is_built=is_built)


def _readers() -> Iterator[Line]:
    """Who has never begun has no line: without hazards there is nothing to follow."""
    for name, (events, since) in hazardmap.hazards.backlog.readers().items():
        title = READER_WORDS.get(name, name)
        what = f"{events} changes wait"
        yield condition.waiting(title, _age(since), condition.FOLLOWING, what=what)


def _webhooks() -> Iterator[Line]:
    since = hazardmap.webhooks.backlog.oldest_due(held=keys_held())
    yield condition.waiting("webhooks sent", _age(since), condition.WEBHOOKS)


def _usage_logs() -> Iterator[Line]:
    size_bytes, since, broken = hazardmap.metering.backlog.unloaded()
    yield condition.usage_logs(_age(since), size_bytes, broken)


def _spending() -> Iterator[Line]:
    at = spending_watched_at()
    age = None if at.year == MINYEAR else _age(at)
    yield condition.done("spending", age, condition.SPENDING, never=Health.STUCK)


def _invoices() -> Iterator[Line]:
    since = hazardmap.billing.backlog.unfinalised()
    yield condition.waiting("invoices", _age(since), condition.INVOICES, what="drafts")


def _payments() -> Iterator[Line]:
    since, tries, problem = hazardmap.billing.backlog.unasked()
    yield condition.payments(_age(since), tries, problem)


def _mail() -> Iterator[Line]:
    since, problem = hazardmap.billing.backlog.unmailed()
    yield condition.waiting("mail", _age(since), condition.MAIL, what=problem)


def _partitions() -> Iterator[Line]:
    now = timezone.now()
    of_now = missing_partitions(now)
    missing = [*of_now, *missing_partitions(month_after(now, 1))]
    yield condition.partitions(missing, of_now=bool(of_now))


def _files() -> Iterator[Line]:
    beat = _written_at(sorted((settings.VAR / "celery").glob("schedule*")))
    yield condition.done("schedule", _age(beat), condition.SCHEDULE, never=Health.STUCK)
    exported = tiles.backlog.exported_at()
    yield condition.done("export", _age(exported), condition.EXPORT, never=Health.LATE)
    yield from _disks()


def _disks() -> Iterator[Line]:
    """That of the state, and others that hold a part of it. A folder that is still to be made will
    be on the first; one of others, such as a database server's, may be none for us to look into.
    """
    parts = {
        "blobs": Path(default_storage.path("")),
        "usage": Path(settings.USAGE_LOG),
        "tiles": Path(settings.TILE_FILES),
        "export": Path(settings.TILE_EXPORT).parent,
    }
    if settings.DATABASE_FOLDER is not None:
        parts["database"] = settings.DATABASE_FOLDER
    yield condition.disk(free_bytes(settings.VAR))
    told = {_number_of_disk(settings.VAR), None}
    for name, folder in parts.items():
        disk = _number_of_disk(folder)
        if disk not in told:
            told.add(disk)
            yield condition.disk(free_bytes(folder), of=name)


def _number_of_disk(folder: Path) -> int | None:
    try:
        return folder.stat().st_dev
    except OSError:
        return None


def _written_at(paths: list[Path]) -> datetime | None:
    """The last of these; beat's file has an ending or two by the database that keeps it."""
    times = [path.stat().st_mtime for path in paths]
    return datetime.fromtimestamp(max(times), UTC) if times else None


def _age(since: datetime | None) -> timedelta | None:
    return None if since is None else timezone.now() - since


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


_OF_ROWS: Final[tuple[Callable[[], Iterator[Line]], ...]] = (
    *(_detector, _detection, _fusion, _places, _readers, _tiles),
    *(_webhooks, _usage_logs, _spending, _invoices, _payments, _mail, _partitions, _pictures),
    *(_reports, _takedowns, _leaving),
)
