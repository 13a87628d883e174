"""Evaluate the map anew around some places, from the evidence stored there.

The state of a cluster is a pure function of its evidence (`core.fusion.fuse`); this module finds
the cluster, locks it, calls that function and writes what differs, with an event for each change.
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.contrib.gis.geos import MultiPoint, Point
from django.contrib.gis.measure import D
from django.utils import timezone

from hazardmap.core.clusters import LINK_M, VIEW_REACH_M
from hazardmap.core.fusion import FusedHazard, fuse
from hazardmap.core.identity import match
from hazardmap.core.lifecycle import swept
from hazardmap.core.params import FusionParams
from hazardmap.hazards import models, rows
from hazardmap.hazards.services.hazard_write import hazard_gone, hazard_write
from hazardmap.hazards.services.place_lock import PlaceLock
from hazardmap.inference.selectors import recall_table

Places = Sequence[tuple[float, float]]


def fuse_around(*, seen: Places, looked_from: Places, lock: PlaceLock) -> None:
    """Re-evaluate every hazard near `seen` or within view of `looked_from` (lon, lat).

    Call it inside a transaction. Raises place_lock.MoreCells.
    """
    start = _observations_near(seen, LINK_M) | _observations_near(looked_from, VIEW_REACH_M)
    cluster = _grown(start)
    if not cluster:
        return
    lock = lock.require([*cluster.values(), *seen, *looked_from])
    # Another worker may have added to the cluster while we waited for the lock.
    cluster = _grown(cluster)
    lock.require(cluster.values())
    _evaluate(cluster)


def _observations_near(points: Places, reach_m: float) -> dict[UUID, tuple[float, float]]:
    """Ids and places of the observations within `reach_m` of any point."""
    if not points:
        return {}
    area = MultiPoint([Point(*point) for point in sorted(set(points))], srid=4326)
    near = models.Observation.objects.filter(position__dwithin=(area, D(m=reach_m)))
    return {row.id: (row.position.x, row.position.y) for row in near.only("id", "position")}


def _grown(start: dict[UUID, tuple[float, float]]) -> dict[UUID, tuple[float, float]]:
    """Everything that is linked to these observations, however far the chain goes."""
    cluster = dict(start)
    edge = cluster
    while edge:
        near = _observations_near(list(edge.values()), LINK_M)
        edge = {key: place for key, place in near.items() if key not in cluster}
        cluster |= edge
    return cluster


def _evaluate(cluster: dict[UUID, tuple[float, float]]) -> None:
    observations = models.Observation.objects.filter(id__in=cluster)
    area = MultiPoint([Point(*place) for place in sorted(set(cluster.values()))], srid=4326)
    views = models.View.objects.filter(position__dwithin=(area, D(m=VIEW_REACH_M)))
    verdicts = models.Verdict.objects.filter(
        undone_at__isnull=True, position__dwithin=(area, D(m=VIEW_REACH_M))
    )
    fused = fuse(
        [rows.view_of(row) for row in views],
        [rows.observation_of(row) for row in observations],
        FusionParams(table=recall_table()),
        [rows.verdict_of(row) for row in verdicts],
    )
    _reconcile(cluster, fused)


def _reconcile(cluster: dict[UUID, tuple[float, float]], fused: Sequence[FusedHazard]) -> None:
    """Write what fusion found over what is stored, keeping the ids of what goes on."""
    area = MultiPoint([Point(*place) for place in sorted(set(cluster.values()))], srid=4326)
    near = models.Hazard.objects.filter(position__dwithin=(area, D(m=VIEW_REACH_M)))
    behind: dict[UUID, set[UUID]] = {}
    for hazard_id, ids in models.Evidence.objects.filter(hazard__in=near).values_list(
        "hazard_id", "observations"
    ):
        behind.setdefault(hazard_id, set()).update(UUID(text) for text in ids)
    stored = {
        hazard_id: frozenset(ids)
        for hazard_id, ids in behind.items()
        if not ids.isdisjoint(cluster)
    }
    matched = match(stored, fused)
    now = timezone.now()
    for item in fused:
        hazard = replace(item.hazard, id=matched.ids[item.hazard.id])
        hazard_write(hazard=swept(hazard, now), evidence=item.evidence)
    for hazard_id in matched.gone:
        hazard_gone(hazard_id=hazard_id)
