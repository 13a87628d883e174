"""Many hazards that are on the map already, each with a view, an observation and a pass."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from hazardmap.core.geometry.coverings import looked_cell, seen_cell

SPACING_DEG = 0.004
WEST, SOUTH, COLUMNS = 1.0, 45.0, 1500

Row = tuple[Any, ...]
Maker = Callable[[int], Row]


def _id(number: int) -> UUID:
    return UUID(int=0x01900000_0000_7000_8000_000000000000 + number)


def _place(number: int) -> tuple[float, float]:
    return WEST + number % COLUMNS * SPACING_DEG, SOUTH + number // COLUMNS * SPACING_DEG


def _point(number: int) -> str:
    lon, lat = _place(number)
    return f"SRID=4326;POINT({lon!r} {lat!r})"


def grow(first: int, last: int) -> None:
    """Put hazards number first to last - 1 on the map, 300 to 450 m from each other."""
    now = timezone.now()

    def view(n: int) -> Row:
        return (
            *(_id(n), _id(n), n, now, _point(n), looked_cell(*_place(n)), 4.0, 0.0, 4.0, 10.0),
            *('{"hfov_deg": 70}', 1.78, True, False, False, "[]", "bench"),
        )

    def observation(n: int) -> Row:
        place = _point(n), seen_cell(*_place(n))
        return _id(n), _id(n), "cone", 0.8, *place, 20.0, 4.0, 0.0, 4.0, "[0.4, 0.5, 0.5, 0.6]"

    def hazard(n: int) -> Row:
        return (
            *(_id(n), "cone", "active", _point(n), looked_cell(*_place(n)), 4.0, 0.0, 4.0, 5.0),
            *(0.9, now, 345_600.0, 0.01, 1, now, now, 2, 2, True, False, False, "2100-01-01"),
        )

    def evidence(n: int) -> Row:
        return (
            *(_id(n), _id(n), n, _id(n), now, now, True, 0.8, 0.9, 5.0, 1),
            *(f'["{_id(n)}"]', _id(n), 0.9),
        )

    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    for table, columns, row in (
        ("view", _VIEW, view),
        ("observation", _OBSERVATION, observation),
        ("hazard", _HAZARD, hazard),
        ("evidence", _EVIDENCE, evidence),
    ):
        _copy(f"hazards_{table} ({columns})", map(row, range(first, last)))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("RESET statement_timeout")


def gap(number: int) -> tuple[float, float]:
    """A place in the middle between four of them, another one for each number."""
    lon, lat = _place(number)
    return lon + SPACING_DEG / 2, lat + SPACING_DEG / 2


def _copy(target: str, rows: Iterator[Row]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


_VIEW = (
    "frame_id, device_id, witness, captured_at, position, cell, accuracy_m, heading_deg, "
    "heading_sigma_deg, speed_mps, camera, aspect, usable, dark, simulated, occluders, "
    "model_version"
)
_OBSERVATION = (
    "id, view_id, kind, score, position, cell, range_m, cov_ee_m2, cov_en_m2, cov_nn_m2, box"
)
_HAZARD = (
    "id, kind, state, position, cell, cov_ee_m2, cov_en_m2, cov_nn_m2, radius_m, p, t_ref, "
    "half_life_s, phantom, severity, first_seen, last_seen, passes, witnesses, published, "
    "confirmed, simulated, expires_at"
)
_EVIDENCE = (
    "hazard_id, pass_id, witness, device_id, first_at, last_at, seen, score, visibility, "
    "log2_ratio, frames, observations, best_observation, p_after"
)
