"""What a dialect is told of the map: work zones, and the hazards that belong to none of them."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from hazardmap.core.answers.feature import timestamp
from hazardmap.core.answers.zone_feature import line_parts
from hazardmap.core.derived.workzone import Place, WorkZone
from hazardmap.core.fusion.hazard import Hazard
from hazardmap.core.geometry.geodesy import between

UNKNOWN_ROAD = "unknown"
"""OpenStreetMap's names may not go into a feed that others pass on under their own terms."""


class Zone(NamedTuple):
    """A work zone, and when anything about it changed last."""

    zone: WorkZone
    updated_at: datetime


class Version(NamedTuple):
    """Grows with every change of a thing, which was made at `at`."""

    number: int
    at: datetime


class Told(NamedTuple):
    """Things on the road as of one time, each of them once."""

    zones: Sequence[Zone]
    hazards: Sequence[Hazard]


def told(zones: Sequence[Zone], hazards: Sequence[Hazard]) -> Told:
    """Devices of a zone that is told are not told again one by one."""
    inside = {id_ for one in zones for id_ in one.zone.hazard_ids}
    return Told(zones, [hazard for hazard in hazards if hazard.id not in inside])


def one_line(zone: WorkZone) -> list[Place]:
    """Its line, in the direction of travel, for those who have no word for one across the
    antimeridian: of that the longer part, where the whole would lead around the earth."""
    return max(line_parts(zone.line), key=_length_m)


def _length_m(line: Sequence[Place]) -> float:
    return sum(between(*a, *b)[1] for a, b in pairwise(line))


def seconds(at: datetime) -> str:
    """RFC 3339 in UTC, to the second."""
    return timestamp(at.replace(microsecond=0))
