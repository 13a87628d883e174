"""Which hazards were in the answers behind a line of an invoice, and how much of it each was."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

from hazardmap.billing.line_selectors import line_events
from hazardmap.core.full_times import HOUR
from hazardmap.core.kinds import GROUPS, KINDS, Group
from hazardmap.core.selling.pricing.period import Period, month_of
from hazardmap.core.selling.sharing import PARTS
from hazardmap.core.selling.splitting import split
from hazardmap.core.selling.usage import Meter
from hazardmap.hazards.delivered import Span, published_in
from tiles.mercator import Tile

DRAWN: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {"hazards": frozenset(KINDS), "workzones": GROUPS[Group.CONSTRUCTION.value]}
)
"""The kinds of hazards that a layer draws; the others draw none."""

Delivered = dict[UUID | None, int]
"""PARTS of units by hazard; None for those in which there was none."""


class TilesShown:
    """What was published in tiles; each tile is looked up once for a month."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, Period], dict[UUID, list[Span]]] = {}

    def in_hour(self, subject: str, hour: datetime) -> list[UUID]:
        """The hazards that were published some time of an hour in a tile (layer/z/x/y)."""
        month = month_of(hour)
        if (subject, month) not in self._known:
            self._known[subject, month] = _shown(subject, month)
        return [
            hazard_id
            for hazard_id, spans in self._known[subject, month].items()
            if any(start < hour + HOUR and (end is None or end > hour) for start, end in spans)
        ]


def _shown(subject: str, month: Period) -> dict[UUID, list[Span]]:
    layer, *place = subject.split("/")
    if layer not in DRAWN:
        return {}
    return published_in(Tile(*map(int, place)).box_deg(), month, kinds=DRAWN[layer])


def delivered(
    line_id: UUID, meter: Meter, tiles: TilesShown
) -> Iterator[tuple[datetime, Delivered]]:
    """Of a line's units, how many each hazard was; by the hour, one for each key.

    An answer that names its hazards is shared evenly by them; all tiles of one address within
    an hour, by the hazards that were published there in that hour. Where an hour is billed by two
    lines, each shares its own units as all the hour's answers do.
    """
    for hour, events in line_events(line_id):
        parts = Counter[UUID | None]()
        if meter is Meter.TILE:
            by_tile: Counter[str] = Counter()
            for event in events:
                by_tile[event.subject] += event.quantity
            for subject, count in by_tile.items():
                _divide(parts, count, tiles.in_hour(subject, hour.hour))
        else:
            for event in events:
                _divide(parts, event.quantity, event.hazards)
        if not parts:  # none are left of what is billed after years
            parts[None] = 1
        yield hour.hour, split(hour.quantity * PARTS, parts)


def _divide(parts: Counter[UUID | None], units: int, hazards: Sequence[UUID]) -> None:
    named: Sequence[UUID | None] = hazards or [None]
    each, left = divmod(units * PARTS, len(named))
    for place, hazard_id in enumerate(named):
        parts[hazard_id] += each + (place < left)
