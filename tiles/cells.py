"""What a cell's feature says: how many hazards of each kind to expect in it, and when that was.

Counts and time are whole numbers from 0 to 255, which are the whole dictionary of the layer; a
client fades each kind by its half-life, of which the TileJSON tells
(docs/adr/0006-tile-attributes.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import exp2
from typing import Final

from hazardmap.core.derived.cells import Counts
from hazardmap.core.geometry.grid import expected_of, quantised
from hazardmap.core.kinds import KINDS
from tiles import mvt

HalfLives = Mapping[str, float]
EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)
TIME_UNIT: Final = timedelta(minutes=10)
KEYS: Final = ("t0", "t1", *KINDS)
HEADER: Final = mvt.header("cells", KEYS, map(mvt.uint_value, range(256)))


@dataclass(frozen=True, slots=True)
class Told:
    """What tiles say of one cell. units: of TIME_UNIT from EPOCH to the time that it is true for.

    counts: kind → expected number as a byte (grid.quantised), never 0.
    """

    units: int
    counts: Mapping[str, int]

    @classmethod
    def of(cls, counts: Counts, now: datetime, half_lives_s: HalfLives) -> "Told":
        """What there is to say now, for the beginning of the present unit of time.

        That is in the past, so the counts are taken back to what fades to the present ones.
        half_lives_s: by kind, those by which clients fade.
        """
        units = (now - EPOCH) // TIME_UNIT
        age = now - (EPOCH + units * TIME_UNIT)
        expected = {
            kind: number / _left(half_lives_s[kind], age)
            for kind, number in _expected(counts, now).items()
        }
        return cls(units, _bytes(expected))

    @classmethod
    def read(cls, units: int, tags: bytes) -> "Told":
        """What a feature with these tags, of this time, says."""
        numbers = mvt.varints(tags)
        pairs = zip(numbers[::2], numbers[1::2], strict=True)
        return cls(units, {KEYS[key]: value for key, value in pairs if key > 1})

    def tags(self) -> bytes:
        """The content of a feature's tags."""
        said = {"t0": self.units & 0xFF, "t1": self.units >> 8 & 0xFF, **self.counts}
        return mvt.tags((i, said[key]) for i, key in enumerate(KEYS) if key in said)

    def holds(self, counts: Counts, now: datetime, half_lives_s: HalfLives) -> bool:
        """Whether a client who fades this sees what there is now, to the precision of a byte."""
        age = now - (EPOCH + self.units * TIME_UNIT)
        faded = {
            kind: expected_of(q) * _left(half_lives_s[kind], age) for kind, q in self.counts.items()
        }
        return _bytes(faded) == _bytes(_expected(counts, now))

    def weight(self) -> int:
        """How much is lost where there is no room for this cell: its counts by severity."""
        return sum(KINDS[kind].severity * q for kind, q in self.counts.items())


def _expected(counts: Counts, at: datetime) -> dict[str, float]:
    return {kind: counts.expected(kind, at) for kind in counts.by_kind}


def _bytes(expected: Mapping[str, float]) -> dict[str, int]:
    return {kind: byte for kind, number in expected.items() if (byte := quantised(number))}


def _left(half_life_s: float, age: timedelta) -> float:
    """The share that a client takes to be left after `age`."""
    return exp2(-age.total_seconds() / half_life_s)
