"""The usage record: what was served to whom, written before the last byte of the answer.

Every serving tier appends one JSON line per metered answer to a local log; a shipper loads the
lines into the database exactly once (docs/adr/0004-usage-record.md).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID

from hazardmap.core.ids import uuid7

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
MOST = 2**31 - 1
MAX_KEY_ID = 16
MAX_REQUEST_ID = 80
_quoted = json.encoder.encode_basestring_ascii


class Meter(StrEnum):
    """What can be billed."""

    TILE = "tile"
    HAZARD = "hazard"
    ROUTE = "route"
    WEBHOOK = "webhook"
    EXPORT_MB = "export_mb"
    IMAGE = "image"
    WATCH_HOUR = "watch_hour"


@dataclass(frozen=True, slots=True)
class UsageRecord:
    """One metered answer.

    key_id: the API key's public id. quantity: units served, >= 1. at: when it was served (UTC).
    request_id: unique per request, chosen by the server. subject: what was asked, for people
    (a route name or layer/z/x/y). hazards: ids returned, the evidence behind the amount.
    """

    key_id: str
    meter: Meter
    quantity: int
    at: datetime
    request_id: str
    subject: str
    hazards: tuple[UUID, ...] = ()

    def __post_init__(self) -> None:
        """Raises ValueError on what the table of usage, or an id, cannot hold.

        A line that could not be loaded would keep back all lines after it.
        """
        if self.quantity < 1:
            raise ValueError(f"a usage record needs a quantity of at least 1, not {self.quantity}")
        if self.quantity > MOST:
            raise ValueError(f"a usage record has a quantity of at most {MOST}")
        if self.at.tzinfo is None or self.at < EARLIEST:
            raise ValueError(f"a usage record needs a time with a zone from 1970 on, not {self.at}")
        if len(self.key_id) > MAX_KEY_ID:
            raise ValueError(f"a key id has at most {MAX_KEY_ID} characters, not {self.key_id!r}")
        if len(self.request_id) > MAX_REQUEST_ID:
            raise ValueError(
                f"a request id has at most {MAX_REQUEST_ID} characters, not {self.request_id!r}"
            )

    @property
    def id(self) -> UUID:
        """The same request and meter always give the same id, so that a retry cannot bill twice.

        UUIDv7: 48 bits of the serving time in milliseconds, then a hash.
        """
        name = f"{self.key_id}\n{self.request_id}\n{self.meter}".encode()
        return uuid7(self.at, sha256(name).digest())

    def to_line(self) -> str:
        """One line of JSON without a line end."""
        # By hand: this is most of what metering costs a tile.
        hazards = ",".join([f'"{hazard.hex}"' for hazard in self.hazards])
        return (
            f'{{"key_id":{_quoted(self.key_id)},"meter":"{self.meter.value}",'
            f'"quantity":{self.quantity},"at":"{self.at.isoformat()}",'
            f'"request_id":{_quoted(self.request_id)},"subject":{_quoted(self.subject)},'
            f'"hazards":[{hazards}]}}'
        )


def line_of(records: Sequence[UsageRecord]) -> str:
    """All records of one answer: a list where there are several, so that half a line is none."""
    first, *others = records
    if not others:
        return first.to_line()
    return f"[{','.join([record.to_line() for record in records])}]"


def records_of(line: str) -> list[UsageRecord]:
    """Read what `line_of` wrote. Raises ValueError on anything else."""
    try:
        found = json.loads(line)
        each = found if isinstance(found, list) and found else [found]
        return [_record(fields) for fields in each]
    except (LookupError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError(f"not a usage record: {error!r}") from error


def _record(fields: Any) -> UsageRecord:
    at = datetime.fromisoformat(fields["at"])
    if at.tzinfo is None:
        raise ValueError("a usage record needs a time zone")
    return UsageRecord(
        key_id=_text(fields["key_id"]),
        meter=Meter(fields["meter"]),
        quantity=_whole(fields["quantity"]),
        at=at.astimezone(UTC),
        request_id=_text(fields["request_id"]),
        subject=_text(fields["subject"]),
        hazards=tuple(UUID(value) for value in fields["hazards"]),
    )


def _text(value: object) -> str:
    """A string that a database can hold."""
    if not isinstance(value, str) or "\0" in value:
        raise ValueError(f"not a text: {value!r}")
    value.encode()
    return value


def _whole(value: object) -> int:
    if type(value) is not int:
        raise ValueError(f"not a quantity: {value!r}")
    return value
