"""Load the usage logs into the database, each line exactly once.

The offset up to which a segment is loaded moves in the transaction that inserts its events, and
an event's id is derived from its request, so neither a crash nor a second shipper doubles a line.
"""

import fcntl
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone

from hazardmap.core.full_times import hour_of
from hazardmap.core.selling.usage import UsageRecord, records_of
from hazardmap.metering.models import HourToRoll, UsageEvent, UsageSegment
from hazardmap.metering.selectors import bytes_loaded
from hazardmap.metering.services.usage_record import SUFFIX
from hazardmap.platform.rows_put import Row, rows_put

logger = logging.getLogger(__name__)
CHUNK_BYTES = 1_000_000
# A feed of 5,000 work zones names all their devices in one line, 35 bytes each.
LINE_BYTES = 64_000_000
# A segment is complete an hour after its own has ended; then its file may go. What nginx writes is
# named by the hour of nginx's time zone, so it must also have been left alone for as long.
KEEP = timedelta(hours=2)


def usage_ship() -> int:
    """Load what has been appended since the last time; return how many lines that were."""
    loaded = 0
    paths = sorted(Path(settings.USAGE_LOG).glob(f"*{SUFFIX}"))
    # Read at once: most logs have not grown since the last time, and need neither lock nor look.
    offsets = bytes_loaded(paths)
    for path in paths:
        try:
            if path.stat().st_size != offsets.get(path.name):
                while count := _load_chunk(path):
                    loaded += count
            _remove_if_complete(path)
        except FileNotFoundError:
            continue  # another shipper has just finished it
        except (DatabaseError, ValueError, OSError) as error:
            # A line that cannot be stored (older than any partition) or a file that cannot be read
            # must not stop the others.
            logger.error("%s is not loaded and waits for an operator: %s", path.name, error)
    return loaded


@transaction.atomic
def _load_chunk(path: Path) -> int:
    UsageSegment.objects.get_or_create(name=path.name)
    segment = UsageSegment.objects.select_for_update().get(name=path.name)
    if segment.finished_at is not None:
        # Its file was removed, and there is one again: a message of that hour has arrived late.
        segment.offset, segment.finished_at = 0, None
    complete = _complete_lines(path, segment.offset)
    if not complete:
        return 0
    lines = [line for line in complete.splitlines() if line]
    records = [record for line in lines for record in _records(path, line)]
    rows_put(UsageEvent, [_row(record) for record in records], over=False)
    hours = {hour_of(record.at) for record in records}
    HourToRoll.objects.bulk_create(HourToRoll(hour=hour) for hour in sorted(hours))
    segment.offset += len(complete)
    segment.save(update_fields=["offset", "finished_at"])
    return len(lines)


def _complete_lines(path: Path, offset: int) -> bytes:
    """Some of what follows, without a line that is just being written: it has no end yet and is
    read the next time. Raises ValueError on a line that cannot be one of ours."""
    with path.open("rb") as file:
        file.seek(offset)
        chunk = file.read(CHUNK_BYTES)
        if b"\n" not in chunk:
            rest = file.readline(LINE_BYTES)
            if len(rest) == LINE_BYTES and not rest.endswith(b"\n"):
                raise ValueError(f"a line is longer than {LINE_BYTES} bytes")
            chunk += rest
    return chunk[: chunk.rfind(b"\n") + 1]


def _records(path: Path, line: bytes) -> list[UsageRecord]:
    try:
        return records_of(line.decode())
    except ValueError as error:
        logger.error("%s holds a line that is no usage record: %s", path.name, error)
        return []


def _row(record: UsageRecord) -> Row:
    return {
        "id": str(record.id),
        "key_id": record.key_id,
        "meter": record.meter.value,
        "quantity": record.quantity,
        "at": record.at.isoformat(),
        "request_id": record.request_id,
        "subject": record.subject[:200],
        "hazards": [str(hazard) for hazard in record.hazards],
    }


def _remove_if_complete(path: Path) -> None:
    """Unless somebody has it open, who may append to it (usage_record)."""
    hour = datetime.strptime(path.name[:13], "%Y-%m-%dT%H").replace(tzinfo=UTC)
    now = timezone.now()
    if now - max(hour, datetime.fromtimestamp(path.stat().st_mtime, UTC)) < KEEP:
        return
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        _remove(path, now)


@transaction.atomic
def _remove(path: Path, now: datetime) -> None:
    """The row is held until the file has gone: another shipper would begin it anew."""
    segment = UsageSegment.objects.select_for_update().filter(name=path.name).first()
    if segment is not None and segment.offset == path.stat().st_size:
        segment.finished_at = now
        segment.save(update_fields=["finished_at"])
        path.unlink()
    else:
        # Its process was killed in the middle of a line; that answer never left.
        path.rename(path.with_suffix(".broken"))
        logger.error("%s ends in half a line and is kept aside as .broken", path.name)
