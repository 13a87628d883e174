"""What passes said about hazards, put straight into their trails."""

from datetime import datetime
from hashlib import sha256
from uuid import UUID

from hazardmap.core.fusion.hazard import Evidence
from hazardmap.core.ids import uuid7
from hazardmap.hazards import mapping, models
from hazardmap.platform.rows_put import rows_put
from tests.map_scene import hazard_row, made_up


def told(
    witness: int,
    p_before: float | None,
    p_after: float,
    *,
    at: datetime,
    received_at: datetime | None = None,
    seen: bool = True,
    real: float | None = None,
    bits: float = 1.0,
    observations: tuple[UUID, ...] = (),
    checked: bool = True,
) -> Evidence:
    """One pass; by default what is believed real is what is believed to be there."""
    return Evidence(
        pass_id=uuid7(received_at or at, sha256(f"{witness} {at}".encode()).digest()),
        witness=witness,
        device_id=UUID(int=witness),
        first_at=at,
        last_at=at,
        seen=seen,
        score=0.8,
        visibility=0.9,
        log2_ratio=bits,
        frames=3,
        observations=observations,
        best_observation=None,
        p_after=p_after,
        p_before=p_before,
        real=p_after if real is None and p_before is not None else real,
        checked=checked,
    )


def put_told(trails: list[list[Evidence]]) -> list[UUID]:
    """Hazards about which this was said, in order of time."""
    rows = [hazard_row(made_up(24.94, 60.17)) for _ in trails]
    models.Hazard.objects.bulk_create(rows)
    said = [
        mapping.evidence_row(row.id, one)
        for row, trail in zip(rows, trails, strict=True)
        for one in trail
    ]
    rows_put(models.Evidence, said, unique="hazard_id, pass_id", over=False)
    return [row.id for row in rows]
