"""The usage record: what was served to whom, written before the last byte of the answer.

Every serving tier appends one JSON line per billed unit of work to a local log; a shipper loads
the lines into the database exactly once (docs/adr/0004-usage-record.md).
"""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from uuid import UUID


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

    @property
    def id(self) -> UUID:
        """The same request and meter always give the same id, so that a retry cannot bill twice.

        UUIDv7 layout: 48 bits of the serving time in milliseconds, then a hash.
        """
        name = f"{self.key_id}\n{self.request_id}\n{self.meter}".encode()
        millis = int(self.at.timestamp() * 1000)
        tail = int.from_bytes(sha256(name).digest()[:10], "big")
        value = (millis & (2**48 - 1)) << 80 | tail
        value = value & ~(0xF << 76) | 0x7 << 76
        value = value & ~(0x3 << 62) | 0x2 << 62
        return UUID(int=value)

    def to_line(self) -> str:
        """One line of JSON without a line end."""
        fields = asdict(self) | {
            "meter": self.meter.value,
            "at": self.at.isoformat(),
            "hazards": [hazard.hex for hazard in self.hazards],
        }
        return json.dumps(fields, separators=(",", ":"))

    @classmethod
    def from_line(cls, line: str) -> "UsageRecord":
        """Read what `to_line` wrote. Raises ValueError on anything else."""
        try:
            fields = json.loads(line)
            at = datetime.fromisoformat(fields["at"])
            record = cls(
                key_id=str(fields["key_id"]),
                meter=Meter(fields["meter"]),
                quantity=int(fields["quantity"]),
                at=at.astimezone(UTC),
                request_id=str(fields["request_id"]),
                subject=str(fields["subject"]),
                hazards=tuple(UUID(value) for value in fields["hazards"]),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not a usage record: {error!r}") from error
        if at.tzinfo is None or record.quantity < 1:
            raise ValueError("a usage record needs a time zone and a quantity of at least 1")
        return record
