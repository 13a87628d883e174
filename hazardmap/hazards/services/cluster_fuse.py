"""Evaluate the map anew around some places, from the evidence stored there.

The state of a cluster is a pure function of its evidence (`core.fusion.fuse`); this module locks
the place, finds the cluster, calls that function and has what differs written.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from django.utils import timezone

from hazardmap.core.clusters import LINK_M, VIEW_REACH_M
from hazardmap.core.fusion import FusedHazard, fuse
from hazardmap.core.identity import match
from hazardmap.core.params import FusionParams
from hazardmap.hazards import models, rows
from hazardmap.hazards.services.hazards_write import hazards_write
from hazardmap.hazards.services.near import Place, near
from hazardmap.hazards.services.place_lock import PlaceLock
from hazardmap.inference.selectors import recall_table

Places = Sequence[Place]
Cluster = Mapping[UUID, Place]


def fuse_around(*, seen: Places, looked_from: Places, lock: PlaceLock) -> None:
    """Re-evaluate every hazard near `seen` or within view of `looked_from` (lon, lat).

    Call it inside a transaction, after what these places tell has been stored, and do nothing
    after it that may wait for another transaction. Raises place_lock.MoreCells.
    """
    lock = lock.require_around([*seen, *looked_from])
    cluster = _grown(_observations(seen, LINK_M) | _observations(looked_from, VIEW_REACH_M))
    if cluster:
        lock.require(cluster.values())
        _evaluate(cluster)


def _observations(places: Places, reach_m: float) -> dict[UUID, Place]:
    """Ids and places of the observations within reach of any place."""
    found = near(models.Observation, places, reach_m).only("id", "position")
    return {row.id: (row.position.x, row.position.y) for row in found}


def _grown(start: Cluster) -> dict[UUID, Place]:
    """Everything that is linked to these observations, however far the chain goes."""
    cluster = dict(start)
    edge = list(cluster.values())
    while edge:
        linked = _observations(edge, LINK_M)
        edge = [place for key, place in linked.items() if key not in cluster]
        cluster |= linked
    return cluster


def _evaluate(cluster: Cluster) -> None:
    places = set(cluster.values())
    views = near(models.View, places, VIEW_REACH_M)
    observations = models.Observation.objects.filter(id__in=cluster)
    verdicts = near(models.Verdict, places, VIEW_REACH_M).filter(undone_at__isnull=True)
    fused = fuse(
        [rows.view_of(row) for row in views],
        [rows.observation_of(row) for row in observations],
        FusionParams(table=recall_table()),
        [rows.verdict_of(row) for row in verdicts],
        timezone.now(),
    )
    _reconcile(cluster, fused)


def _reconcile(cluster: Cluster, fused: Sequence[FusedHazard]) -> None:
    """Have what fusion found written over what is stored, keeping the ids of what goes on."""
    behind: dict[UUID, set[UUID]] = defaultdict(set)
    trails = models.Evidence.objects.filter(
        observations__has_any_keys=[str(id_) for id_ in cluster]
    )
    for hazard_id, ids in trails.values_list("hazard_id", "observations"):
        behind[hazard_id].update(UUID(text) for text in ids)
    matched = match({id_: frozenset(ids) for id_, ids in behind.items()}, fused)
    hazards_write(
        present=[
            FusedHazard(replace(one.hazard, id=matched.ids[one.hazard.id]), one.evidence)
            for one in fused
        ],
        gone=matched.gone,
    )
