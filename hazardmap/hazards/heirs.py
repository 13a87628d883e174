"""Reads: which hazard has the evidence of one that is no more, since both proved to be one."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from hazardmap.hazards import models
from hazardmap.platform.rows_put import array
from hazardmap.platform.rows_read import rows_read

# Each step is later than the one before, so that it ends where ids have come back and gone again.
_HEIRS = """
    WITH RECURSIVE line (sold, heir, step) AS (
        SELECT id, id, 0::bigint FROM unnest(%s::uuid[]) AS asked (id)
        UNION ALL
        SELECT sold, later.heir_id, later.id FROM line CROSS JOIN LATERAL (
            SELECT heir_id, id FROM hazards_heir WHERE gone_id = line.heir AND id > line.step
            ORDER BY id DESC LIMIT 1) AS later
        WHERE NOT EXISTS (SELECT FROM hazards_hazard WHERE hazards_hazard.id = line.heir)
    )
    SELECT sold, heir FROM line WHERE step > 0 ORDER BY step
"""

# Backwards, each step is earlier; some of these have another heir by now, or are there again.
_PERHAPS_BEFORE = """
    WITH RECURSIVE line (id, step) AS (
        SELECT gone_id, id FROM hazards_heir WHERE heir_id = %(heir)s
        UNION
        SELECT earlier.gone_id, earlier.id FROM line JOIN hazards_heir AS earlier
            ON earlier.heir_id = line.id AND earlier.id < line.step
    )
    SELECT DISTINCT id FROM line WHERE id <> %(heir)s
"""


def heirs_of(hazard_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Which hazard has the evidence of each of these that are no more, as far as one has."""
    return dict(_steps(hazard_ids))  # the last of each counts


def line_of(hazard_id: UUID) -> list[UUID]:
    """A hazard and all in which its evidence was since, one after the other."""
    return [hazard_id, *(heir for _, heir in _steps([hazard_id]))]


def forebears_of(hazard_id: UUID) -> list[UUID]:
    """All hazards that are no more and whose evidence this one has."""
    perhaps = [id_ for (id_,) in rows_read(_PERHAPS_BEFORE, {"heir": hazard_id})]
    return [gone for gone, heir in heirs_of(perhaps).items() if heir == hazard_id]


def heir_of(hazard_id: UUID) -> UUID | None:
    """The same of one; None also where that other hazard has vanished."""
    heir = heirs_of([hazard_id]).get(hazard_id)
    return heir if heir and models.Hazard.objects.filter(id=heir).exists() else None


def _steps(hazard_ids: Iterable[UUID]) -> Iterator[tuple[UUID, UUID]]:
    """Each of these with each of its heirs, those of later steps last."""
    return ((gone, heir) for gone, heir in rows_read(_HEIRS, [array(hazard_ids)]))
