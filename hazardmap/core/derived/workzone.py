"""Work zones: the construction hazards along one road, as one thing with a line and an end.

Two devices are linked if one drive passes both, on a way of the road that can be theirs
(`core.derived.roadside`), within 150 m of road; what is linked is one zone. So a link depends on
two devices and the drives alone: their order is no matter, and taking devices away never makes a
zone larger. Where a road forks, the line follows the branch with more devices; the other branch is
a zone of its own.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import log2
from typing import Final
from uuid import UUID

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from hazardmap.core.decay import probability_at
from hazardmap.core.derived.drives import Drive, Track, drives
from hazardmap.core.derived.roadside import Stop, one_way, stops
from hazardmap.core.derived.zone_line import NEAR_M, REACH_M, cut, drawn, runs
from hazardmap.core.fusion.hazard import LIVE, Hazard
from hazardmap.core.fusion.identity import match
from hazardmap.core.geometry.clusters import components
from hazardmap.core.geometry.geodesy import Floats, Plane, between
from hazardmap.core.ids import child_id
from hazardmap.core.kinds import KINDS, Group

Place = tuple[float, float]
Tracks = Mapping[UUID, Track]
"""By the device on the way."""

LEAST_DEVICES: Final = 2
_DECIMALS: Final = 7  # of a degree: a centimetre


class ZoneChange(StrEnum):
    """What happened to a zone. ENDED covers zones that have merged into another."""

    APPEARED = "appeared"
    CHANGED = "changed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class WorkZone:
    """One work zone, in one direction of travel.

    line: (lon, lat) along what was driven, in the direction of travel, two places or more.
    hazard_ids: its devices in order along the line. kinds: how many of each. length_m: of the
    line. bearing_deg: from its beginning to its end, 0..360.
    p: probability at t_ref that it is there, which is that of its surest device (a zone goes as
    a whole); it fades with half_life_s, the longest of its devices'. started_at: when the first
    of its devices was seen first, those of former times included. last_seen: when any was seen.
    simulated: any device rests on made-up frames. ended_at: None while it is there. merged_into:
    the zone that has most of its devices now, where it has ended for that.
    """

    id: UUID
    line: tuple[Place, ...]
    hazard_ids: tuple[UUID, ...]
    kinds: Mapping[str, int]
    length_m: float
    bearing_deg: float
    p: float
    t_ref: datetime
    half_life_s: float
    started_at: datetime
    last_seen: datetime
    simulated: bool
    ended_at: datetime | None = None
    merged_into: UUID | None = None

    @property
    def severity(self) -> int:
        """1..3, of its gravest kind."""
        return max(KINDS[kind].severity for kind in self.kinds)

    def ends_by(self, share: float) -> datetime:
        """By when it will have gone with this probability (0 < share < 1), if it is there at t_ref.

        Half of all such zones are gone after a half-life: `ends_by(0.5)` is the estimate,
        `ends_by(0.05)` and `ends_by(0.95)` are its uncertainty.
        """
        return self.t_ref - timedelta(seconds=self.half_life_s * log2(1.0 - share))


@dataclass(frozen=True, slots=True)
class ZoneEvent:
    """One line of the feed of work zones: complete, ordered by `cursor`, never rewritten."""

    cursor: int
    change: ZoneChange
    at: datetime
    zone: WorkZone


def is_device(hazard: Hazard) -> bool:
    """Whether it makes a work zone: on the map as more than unconfirmed, and construction."""
    construction = KINDS[hazard.kind].group is Group.CONSTRUCTION
    return construction and hazard.published and hazard.state in LIVE


def sites(devices: Iterable[Hazard]) -> list[list[Hazard]]:
    """Devices put together whose zones may depend on each other, each ordered by id."""
    ordered = sorted(devices, key=lambda hazard: hazard.id)
    parts = components([(hazard.lon, hazard.lat) for hazard in ordered], REACH_M)
    return [[ordered[i] for i in part] for part in parts]


def work_zones(hazards: Iterable[Hazard], tracks: Tracks) -> list[WorkZone]:
    """The zones that these hazards make along these tracks, ordered by id.

    A pure function of two sets. A zone is named after its oldest device: `settled` finds the id
    to keep.
    """
    by_id = {hazard.id: hazard for hazard in hazards if is_device(hazard)}
    devices = [by_id[id_] for id_ in sorted(by_id)]
    if len(devices) < LEAST_DEVICES:
        return []
    plane = Plane(devices[0].lon, devices[0].lat)
    east_m, north_m, _ = plane.flatten([d.lon for d in devices], [d.lat for d in devices])
    places_m = np.column_stack((east_m, north_m))
    site = _Site([device.id for device in devices], places_m, drives(tracks, plane))
    found = [
        _zone([devices[i] for i in order], line, plane)
        for part in site.linked(range(len(devices)))
        for order, line in site.lines(part)
    ]
    return sorted(found, key=lambda zone: zone.id)


class _Site:
    """Devices and drives on one plane."""

    def __init__(self, ids: Sequence[UUID], places_m: Floats, paths: Sequence[Drive]) -> None:
        self._places_m, self._paths = places_m, paths
        self._stops = stops(ids, places_m, paths)

    def linked(self, devices: Iterable[int]) -> list[list[int]]:
        """These devices, those that are linked together."""
        chosen = sorted(devices)
        index = {device: i for i, device in enumerate(chosen)}
        pairs = [np.zeros((2, 0), dtype=np.int64)]
        for along in _by_drive(self._at(chosen)).values():
            along_m = np.array([stop.visit.along_m for stop in along])
            numbers = np.array([index[stop.thing] for stop in along])
            close = np.abs(along_m[:, None] - along_m) <= REACH_M
            pairs.append(numbers[np.array(np.nonzero(close))])
        one, other = np.concatenate(pairs, axis=1)
        links = coo_matrix((np.ones(len(one)), (one, other)), (len(chosen),) * 2)
        _, label = connected_components(links, directed=False)
        parts: list[list[int]] = [[] for _ in range(label.max(initial=-1) + 1)]
        for device, part in zip(chosen, label.tolist(), strict=True):
            parts[part].append(device)
        return parts

    def lines(self, part: Sequence[int]) -> Iterator[tuple[list[int], shapely.LineString]]:
        """The zones that linked devices make: devices in order, and the line along them."""
        if len(part) < LEAST_DEVICES:
            return
        of_way = _by_drive(one_way(self._at(part)))
        along = [
            run
            for number in sorted(of_way)
            for run in runs(
                self._paths[number], [(s.visit.along_m, s.thing) for s in of_way[number]]
            )
        ]
        line = drawn(along)
        points = shapely.points(self._places_m[part])
        feet_m: Floats = np.asarray(shapely.line_locate_point(line, points))
        near: NDArray[np.bool_] = np.asarray(shapely.distance(line, points)) <= NEAR_M
        order = sorted(zip(feet_m[near].tolist(), np.array(part)[near].tolist(), strict=True))
        if len(order) >= LEAST_DEVICES:
            yield [device for _, device in order], cut(line, feet_m[near])
        for branch in self.linked(np.array(part)[~near].tolist()):
            yield from self.lines(branch)

    def _at(self, devices: Iterable[int]) -> list[Stop]:
        chosen = set(devices)
        return [stop for stop in self._stops if stop.thing in chosen]


def _by_drive(chosen: Iterable[Stop]) -> dict[int, list[Stop]]:
    found: dict[int, list[Stop]] = {}
    for stop in chosen:
        found.setdefault(stop.drive, []).append(stop)
    return found


def _zone(devices: Sequence[Hazard], line_m: shapely.LineString, plane: Plane) -> WorkZone:
    places = [plane.unflatten(*place) for place in line_m.coords]
    line = tuple((round(lon, _DECIMALS), round(lat, _DECIMALS)) for lon, lat, _ in places)
    t_ref = max(device.t_ref for device in devices)
    kinds = Counter(device.kind for device in devices)
    return WorkZone(
        id=child_id(min(device.id for device in devices), "zone"),
        line=line,
        hazard_ids=tuple(device.id for device in devices),
        kinds={kind: kinds[kind] for kind in sorted(kinds)},
        length_m=float(line_m.length),
        bearing_deg=between(*line[0], *line[-1])[0],
        p=max(probability_at(d.p, d.t_ref, d.half_life_s, t_ref) for d in devices),
        t_ref=t_ref,
        half_life_s=max(device.half_life_s for device in devices),
        started_at=min(device.first_seen for device in devices),
        last_seen=max(device.last_seen for device in devices),
        simulated=any(device.simulated for device in devices),
    )


def settled(stored: Iterable[WorkZone], found: Iterable[WorkZone], at: datetime) -> list[WorkZone]:
    """What becomes of the stored zones and the found ones, ordered by id.

    A found zone continues the stored one with which it shares most devices, zones that have ended
    last; so a zone keeps its id while it grows, shrinks, splits (the larger part keeps it) and
    merges (the larger one lives on), and gets it back when its devices come back. A stored zone
    that nothing continues ends; one that had ended and stays so is left out. A pure function of
    two sets and the time.
    """
    before = {zone.id: zone for zone in stored}
    after = {zone.id: zone for zone in found}
    standing = {id_: z for id_, z in before.items() if z.ended_at is None}
    matched = match(_devices(standing), _devices(after))
    named = {matched.ids[own]: zone for own, zone in after.items()}
    over = {id_: zone for id_, zone in before.items() if zone.ended_at is not None}
    back = match(_devices(over), _devices({id_: named[id_] for id_ in matched.new}))
    present = []
    for name, zone in named.items():
        id_ = back.ids.get(name, name)
        began = before[id_].started_at if id_ in before else zone.started_at
        present.append(replace(zone, id=id_, started_at=min(zone.started_at, began)))
    gone = [
        replace(before[id_], ended_at=max(at, before[id_].last_seen), merged_into=heir)
        for id_, heir in matched.gone.items()
    ]
    return sorted([*present, *gone], key=lambda zone: zone.id)


def _devices(zones: Mapping[UUID, WorkZone]) -> dict[UUID, frozenset[UUID]]:
    return {id_: frozenset(zone.hazard_ids) for id_, zone in zones.items()}
