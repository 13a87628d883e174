"""Device groups: a row of cones is one thing with a count and an extent."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from uuid import UUID

from hazardmap.core.clusters import components
from hazardmap.core.decay import probability_at
from hazardmap.core.geodesy import between
from hazardmap.core.hazard import LIVE, Hazard
from hazardmap.core.kinds import KINDS, Group
from hazardmap.core.rows import LINK_M


@dataclass(frozen=True, slots=True)
class DeviceGroup:
    """Devices of one kind within `LINK_M` of each other; a single one is a group of one.

    id: of its oldest hazard. hazard_ids: ascending. p: probability that any of it stands, which
    is that of its surest member, since a row goes together. count: expected number of devices
    that stand. ends: the two members farthest apart, as (lon, lat), western one first.
    length_m: distance of the ends. t: the time that p and count are for.
    """

    id: UUID
    kind: str
    hazard_ids: tuple[UUID, ...]
    p: float
    count: float
    ends: tuple[tuple[float, float], tuple[float, float]]
    length_m: float
    t: datetime


def device_groups(hazards: Iterable[Hazard], at: datetime) -> list[DeviceGroup]:
    """The groups of all live construction hazards, ordered by id; the order given is no matter."""
    by_kind: dict[str, list[Hazard]] = defaultdict(list)
    for hazard in sorted(hazards, key=lambda h: h.id):
        if hazard.state in LIVE and KINDS[hazard.kind].group is Group.CONSTRUCTION:
            by_kind[hazard.kind].append(hazard)
    found = []
    for of_kind in by_kind.values():
        for indices in components([(h.lon, h.lat) for h in of_kind], LINK_M):
            found.append(_group([of_kind[i] for i in indices], at))
    return sorted(found, key=lambda group: group.id)


def _group(members: Sequence[Hazard], at: datetime) -> DeviceGroup:
    p = [probability_at(h.p, h.t_ref, h.half_life_s, at) for h in members]
    places = [(h.lon, h.lat) for h in members]
    ends, length_m = (places[0], places[0]), 0.0
    for a, b in combinations(places, 2):
        _, apart_m = between(*a, *b)
        if apart_m > length_m:
            ends, length_m = (min(a, b), max(a, b)), apart_m
    return DeviceGroup(
        id=members[0].id,
        kind=members[0].kind,
        hazard_ids=tuple(h.id for h in members),
        p=max(p),
        count=sum(p),
        ends=ends,
        length_m=length_m,
        t=at,
    )
