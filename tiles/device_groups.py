"""Device groups on the map: of a row of cones the low zooms draw one, with their number.

The group of a hazard is found anew whenever one of its devices changes. It is led by the device
that is the surest to stand: devices of a kind fade alike, so that stays the same one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import h3.api.basic_int as h3
import numpy as np
from django.utils import timezone
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from hazardmap.core.decay import probability_at
from hazardmap.core.fusion.hazard import LIVE_STATES
from hazardmap.core.geometry.coverings import looked_cell
from hazardmap.core.geometry.geodesy import Floats, earth_centred
from hazardmap.core.geometry.linking import ROW_M
from hazardmap.core.kinds import KINDS, Group
from tiles.statement import rows

KINDS_OF_DEVICES: Final = [k.name for k in KINDS.values() if k.group is Group.CONSTRUCTION]
Place = tuple[float, float]


class Part(NamedTuple):
    """What a device is in its group. devices: how many there are; leads: drawn for all of them."""

    devices: int
    leads: bool


ALONE: Final = Part(devices=1, leads=True)


class Device(NamedTuple):
    """A live construction hazard, as far as groups go."""

    id: str
    kind: str
    lon: float
    lat: float
    cell: int
    p: float
    t_ref: datetime
    half_life_s: float


def parts_around(places: Collection[Place]) -> dict[str, Part]:
    """Every device of every group that reaches one of these places (lon, lat), by id."""
    if not places:
        return {}
    loaded: set[int] = set()
    wanted = _around(looked_cell(*place) for place in places)
    devices: list[Device] = []
    groups: list[list[Device]] = []
    while wanted - loaded:
        devices += _devices_in(wanted - loaded)
        loaded |= wanted
        groups = _groups(devices, places)
        wanted = _around(device.cell for group in groups for device in group)
    now = timezone.now()
    return {id_: part for group in groups for id_, part in _parts(group, now).items()}


def _around(cells: Iterable[int]) -> set[int]:
    """These cells and their neighbours: a cell is wider than a link is long."""
    return {int(near) for cell in set(cells) for near in h3.grid_disk(cell, 1)}


def _devices_in(cells: Collection[int]) -> list[Device]:
    found = rows("devices", cells=list(cells), kinds=KINDS_OF_DEVICES, live=LIVE_STATES)
    return [Device._make(row) for row in found]


def _groups(devices: Sequence[Device], places: Collection[Place]) -> list[list[Device]]:
    """Devices of one kind that hang together by links of ROW_M, where one is near a place."""
    if not devices:
        return []
    tree = cKDTree(_positions([(device.lon, device.lat) for device in devices]))
    pairs = tree.query_pairs(ROW_M, output_type="ndarray")
    kinds = np.array([KINDS_OF_DEVICES.index(device.kind) for device in devices])
    links = pairs[kinds[pairs[:, 0]] == kinds[pairs[:, 1]]]
    graph = coo_array(
        (np.ones(len(links)), (links[:, 0], links[:, 1])), (len(devices), len(devices))
    )
    _, labels = connected_components(graph)
    near: Any = tree.query_ball_point(_positions(list(places)), ROW_M)
    reached = {int(labels[i]) for indices in near for i in indices}
    members: dict[int, list[Device]] = defaultdict(list)
    for device, label in zip(devices, labels.tolist(), strict=True):
        if label in reached:
            members[label].append(device)
    return list(members.values())


def _parts(group: Sequence[Device], now: datetime) -> dict[str, Part]:
    def sure(device: Device) -> tuple[float, str]:
        return -probability_at(device.p, device.t_ref, device.half_life_s, now), device.id

    leader = min(group, key=sure)
    return {device.id: Part(len(group), device is leader) for device in group}


def _positions(places: Sequence[Place]) -> Floats:
    lonlat = np.array(places, dtype=float)
    return earth_centred(lonlat[:, 0], lonlat[:, 1])
