"""The stored evidence of some grounds, as core knows it.

Columns, not model instances: building those was a third of the time of fusion.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from hazardmap.core.fusion.hazard import Evidence
from hazardmap.core.fusion.verdict import Verdict
from hazardmap.core.geometry.box import Box
from hazardmap.core.geometry.coverings import Ground, looked_from, seen_cell
from hazardmap.core.seeing.camera import Camera
from hazardmap.core.seeing.observation import Observation, View
from hazardmap.hazards import mapping, models
from hazardmap.hazards.vote_models import Vote
from hazardmap.platform.rows_put import array
from hazardmap.platform.rows_read import rows_read

BEGINNING = datetime.min.replace(tzinfo=UTC)

Since = Mapping[Ground, datetime]
"""Grounds, and after which time of theirs evidence is wanted."""
Trail = dict[UUID, Evidence]
"""By pass."""


@dataclass(frozen=True, slots=True)
class NewEvidence:
    """What was just stored, so that it need not be read."""

    views: Sequence[View] = ()
    observations: Sequence[Observation] = ()


NOTHING_NEW = NewEvidence()


@dataclass(frozen=True, slots=True)
class Trails:
    """What is stored behind hazards: their trails by id, and who has which observations."""

    by_hazard: Mapping[UUID, Trail]
    holders: Mapping[UUID, set[UUID]]

    def about(self, observation_ids: Iterable[UUID], known: Iterable[UUID]) -> dict[UUID, Trail]:
        """Those of hazards that have one of these observations, and of the known hazards."""
        held = {id_ for one in observation_ids for id_ in self.holders.get(one, ())}
        return {id_: self.by_hazard[id_] for id_ in held.union(known) if id_ in self.by_hazard}


_VIEW = """
    SELECT frame_id, device_id, witness, captured_at, ST_X(position::geometry),
        ST_Y(position::geometry), accuracy_m, heading_deg, heading_sigma_deg, speed_mps,
        camera::text, usable, dark, occluders::text, aspect, simulated, edge
"""
_VIEWS = f"""{_VIEW}
    FROM unnest(%s::bigint[], %s::timestamptz[]) AS wanted (cell, since)
    JOIN hazards_view AS view ON view.cell = wanted.cell AND captured_at > since
        AND frame_id <> ALL(%s::uuid[])
"""
_VIEWS_WITH_ID = f"{_VIEW} FROM hazards_view WHERE frame_id = ANY(%s::uuid[])"
_OBSERVATIONS = """
    SELECT cell, id, view_id, kind, score, ST_X(position::geometry), ST_Y(position::geometry),
        range_m, cov_ee_m2, cov_en_m2, cov_nn_m2, box::text
    FROM hazards_observation WHERE view_id = ANY(%s::uuid[])
"""
_TRAILS = """
    SELECT hazard_id, pass_id, witness, device_id, first_at, last_at, seen, score, visibility,
        log2_ratio, frames, observations::text, best_observation, p_after,
        p_before, real, checked
    FROM unnest(%s::bigint[], %s::timestamptz[]) AS wanted (cell, since)
    JOIN hazards_hazard AS hazard ON hazard.cell = wanted.cell
    JOIN hazards_evidence AS evidence ON hazard_id = hazard.id AND evidence.last_at > since
"""


def views_of(grounds: Since, new: NewEvidence = NOTHING_NEW) -> list[View]:
    """Every view from which something there may have been seen, and some around."""
    read = _views(_VIEWS, *_wanted(grounds), [view.frame_id for view in new.views])
    return [*read, *new.views]


def views_with(frame_ids: Iterable[UUID]) -> list[View]:
    """The views of these frames, as far as they have been taken in."""
    return _views(_VIEWS_WITH_ID, frame_ids)


def _views(statement: str, *arrays: Iterable[object]) -> list[View]:
    found = []
    for *pose, camera, usable, dark, occluders, aspect, simulated, edge in _rows(
        statement, *arrays
    ):
        values = *pose, _camera(camera), usable, dark, _boxes(occluders), aspect, simulated, edge
        found.append(View(*values))
    return found


def observations_of(
    views: Iterable[View], new: NewEvidence = NOTHING_NEW
) -> dict[int, list[Observation]]:
    """All that was located in these views and in the new ones, by the cell in which it is."""
    by_cell: dict[int, list[Observation]] = defaultdict(list)
    for one in new.observations:
        by_cell[seen_cell(one.lon, one.lat)].append(one)
    known = {view.frame_id for view in new.views}
    wanted = [view.frame_id for view in views if view.frame_id not in known]
    for cell, *row in _rows(_OBSERVATIONS, wanted) if wanted else ():
        values = *row[:10], Box(*json.loads(row[10]))
        by_cell[cell].append(Observation(*values))
    return by_cell


def verdicts_around(grounds: Iterable[Ground]) -> list[Verdict]:
    """Those that hold and the votes that do, ordered by (at, id)."""
    cells = {one for ground in grounds for one in looked_from(ground)}
    given = models.Verdict.objects.filter(cell__in=cells, undone_at__isnull=True)
    votes = Vote.objects.filter(cell__in=cells, undone_at__isnull=True)
    said = [*map(mapping.verdict_of, given), *map(mapping.vote_of, votes)]
    return sorted(said, key=lambda verdict: (verdict.at, verdict.id))


def trails_of(grounds: Since) -> Trails:
    """What is stored behind the hazards there and around."""
    trails: dict[UUID, Trail] = defaultdict(dict)
    holders: dict[UUID, set[UUID]] = defaultdict(set)
    for hazard_id, *row in _rows(_TRAILS, *_wanted(grounds)):
        observations = tuple(UUID(text) for text in json.loads(row[10]))
        values = *row[:10], observations, *row[11:]
        trails[hazard_id][row[0]] = Evidence(*values)
        for observation in observations:
            holders[observation].add(hazard_id)
    return Trails(trails, holders)


def _wanted(grounds: Since) -> tuple[list[int], list[object]]:
    since: dict[int, datetime] = {}
    for ground, at in grounds.items():
        for one in looked_from(ground):
            since[one] = min(at, since.get(one, at))
    return list(since), ["-infinity" if at == BEGINNING else at for at in since.values()]


def _rows(statement: str, *arrays: Iterable[object]) -> list[tuple[Any, ...]]:
    return rows_read(statement, [array(values) for values in arrays])


@lru_cache(maxsize=10_000)
def _camera(text: str) -> Camera:
    return Camera(**json.loads(text))


@lru_cache(maxsize=1000)
def _boxes(text: str) -> tuple[Box, ...]:
    return tuple(Box(*sides) for sides in json.loads(text))
