"""Fusion as one function of sets of evidence (docs/adr/0002-observation.md).

The map knows its grounds by their rows, and replays only those that something has touched.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from hazardmap.core.fusion.fuse import FusedHazard, fuse_ground
from hazardmap.core.fusion.lifecycle import swept
from hazardmap.core.fusion.params import FusionParams
from hazardmap.core.fusion.verdict import Verdict
from hazardmap.core.geometry.coverings import grounds, seen_cell, seen_from_where
from hazardmap.core.seeing.observation import Observation, View


def fuse(
    views: Iterable[View],
    observations: Iterable[Observation],
    params: FusionParams,
    verdicts: Iterable[Verdict] = (),
    now: datetime | None = None,
) -> list[FusedHazard]:
    """The hazards of all grounds, ordered by id. now: those whose time is over come as expired."""
    distinct = list({view.frame_id: view for view in views}.values())
    by_cell: dict[int, list[Observation]] = defaultdict(list)
    for one in {observation.id: observation for observation in observations}.values():
        by_cell[seen_cell(one.lon, one.lat)].append(one)
    said = sorted({v.id: v for v in verdicts}.values(), key=lambda v: (v.at, v.id))
    parts = grounds(by_cell)
    reach = seen_from_where([(view.lon, view.lat) for view in distinct], parts)
    found: list[FusedHazard] = []
    for part, seen_from in zip(parts, reach, strict=True):
        here = [one for cell in part for one in by_cell[cell]]
        ids = {one.id for one in here}
        about = [verdict for verdict in said if not ids.isdisjoint(verdict.observation_ids)]
        found += fuse_ground([distinct[i] for i in seen_from], here, about, params)
    if now is not None:
        found = [FusedHazard(swept(one.hazard, now), one.evidence) for one in found]
    return sorted(found, key=lambda one: one.hazard.id)
