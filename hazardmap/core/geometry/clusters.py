"""Which observations can influence each other: connected places, found without all pairs."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from hazardmap.core.geometry.geodesy import Floats, earth_centred

LINK_M: Final = 60.0
"""Observations farther apart than this, with none in between, never influence each other."""

VIEW_REACH_M: Final = 150.0
"""A view farther than this from every observation of a ground does not matter to it."""


def components(points: Sequence[tuple[float, float]], link_m: float = LINK_M) -> list[list[int]]:
    """Indices of the connected components of points (lon, lat) that link within `link_m`.

    Each list ascends; the lists are ordered by their first index. Points are first put into
    cubes so small that all points of a cube link, so a thousand sightings of one thing cost
    a thousand steps and not a million (as in grid DBSCAN, Gunawan 2013).
    """
    if not points:
        return []
    lonlat = np.array(points, dtype=float)
    places = earth_centred(lonlat[:, 0], lonlat[:, 1])
    side_m = link_m / np.sqrt(3.0) * 0.999
    keys, cube_of = np.unique(
        np.floor(places / side_m).astype(np.int64), axis=0, return_inverse=True
    )
    cube_of = cube_of.reshape(-1)
    order = np.argsort(cube_of, kind="stable")
    members = np.split(order, np.searchsorted(cube_of[order], np.arange(1, len(keys))))
    links = _linked_cubes([tuple(key) for key in keys.tolist()], members, places, link_m)
    graph = coo_matrix(
        (np.ones(len(links)), tuple(np.array(links, int).reshape(-1, 2).T)), (len(keys),) * 2
    )
    _, label_of_cube = connected_components(graph, directed=False)
    by_label: dict[int, list[int]] = defaultdict(list)
    for index, label in enumerate(label_of_cube[cube_of].tolist()):
        by_label[label].append(index)
    return list(by_label.values())


def _linked_cubes(
    keys: list[tuple[int, int, int]],
    members: list[NDArray[np.int64]],
    places: Floats,
    link_m: float,
) -> list[tuple[int, int]]:
    index = {key: i for i, key in enumerate(keys)}
    trees = [cKDTree(places[m]) for m in members]
    steps = [step for step in product(range(-2, 3), repeat=3) if step > (0, 0, 0)]
    links = []
    for i, (x, y, z) in enumerate(keys):
        for dx, dy, dz in steps:
            j = index.get((x + dx, y + dy, z + dz))
            if j is None:
                continue
            nearest, _ = trees[i].query(places[members[j]], distance_upper_bound=link_m)
            if np.min(nearest) <= link_m:
                links.append((i, j))
    return links


def in_reach(
    points: Sequence[tuple[float, float]],
    groups: Sequence[Sequence[tuple[float, float]]],
    reach_m: float = VIEW_REACH_M,
) -> list[list[int]]:
    """For each group of places (lon, lat): indices of the points within reach of any of them.

    Each list ascends. No group is empty.
    """
    if not points:
        return [[] for _ in groups]
    lonlat = np.array(points, dtype=float)
    places = earth_centred(lonlat[:, 0], lonlat[:, 1])
    tree = cKDTree(places)
    result = []
    for group in groups:
        ends = np.array(group, dtype=float)
        targets = earth_centred(ends[:, 0], ends[:, 1])
        middle = targets.mean(axis=0)
        radius_m = float(np.sqrt(((targets - middle) ** 2).sum(axis=1).max()))
        around = np.array(tree.query_ball_point(middle, radius_m + reach_m), dtype=np.int64)
        distance_m, _ = cKDTree(targets).query(places[around])
        result.append(sorted(around[distance_m <= reach_m].tolist()))
    return result
