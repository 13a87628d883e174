"""Many hazards where hazards are: along the streets of towns and the highways between them."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection
from django.utils import timezone
from numpy.random import Generator
from numpy.typing import NDArray

from hazardmap.core.geometry.coverings import looked_cell
from hazardmap.core.kinds import KINDS

WEST, SOUTH, EAST, NORTH = 4.0, 44.0, 24.0, 56.0
TOWNS, STREETS, STREET_M = 60, 120, 1500.0
STREETS_A_HAZARD = 0.0012
"""Of each town: with more hazards it has more streets, and not more cones on each of them."""
ON_HIGHWAYS = 0.3
M_PER_DEG = 111_320.0
DENSEST = (13.4, 52.5)
"""(lon, lat) of the largest town, which has a tenth of all."""

Floats = NDArray[np.float64]
_COLUMNS = (
    "id, kind, state, position, cell, cov_ee_m2, cov_en_m2, cov_nn_m2, radius_m, p, t_ref, "
    "half_life_s, phantom, severity, first_seen, last_seen, passes, witnesses, published, "
    "confirmed, simulated, expires_at"
)


def fill(count: int, seed: int = 1) -> None:
    """Put so many live hazards on the map."""
    dice = np.random.default_rng(seed)
    lons, lats = _places(count, dice)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        with cursor.copy(f"COPY hazards_hazard ({_COLUMNS}) FROM STDIN") as copy:
            for row in _rows(lons, lats, dice):
                copy.write_row(row)
        cursor.execute("VACUUM ANALYZE hazards_hazard")


def _places(count: int, dice: Generator) -> tuple[Floats, Floats]:
    """On streets of towns, whose sizes fall as one over their rank."""
    shares = 1.0 / np.arange(1, TOWNS + 1)
    shares[0] = 0.1 * shares[1:].sum() / 0.9
    town = dice.choice(TOWNS, size=count, p=shares / shares.sum())
    town_lon, town_lat = dice.uniform(WEST, EAST, TOWNS), dice.uniform(SOUTH, NORTH, TOWNS)
    town_lon[0], town_lat[0] = DENSEST
    # The ends of the streets of each town, whose radius grows with the root of its size.
    radius_m = 2000.0 + 12_000.0 * np.sqrt(shares / shares[0])
    streets = max(STREETS, round(STREETS_A_HAZARD * count))
    middle = dice.normal(0.0, 0.5, (TOWNS, streets, 2)) * radius_m[:, None, None]
    turn = dice.uniform(0.0, np.pi, (TOWNS, streets))
    along = np.stack([np.cos(turn), np.sin(turn)], axis=-1) * STREET_M
    street, where = dice.integers(0, streets, count), dice.uniform(-1.0, 1.0, count)
    east, north = (
        middle[town, street, i] + along[town, street, i] * where + dice.normal(0.0, 4.0, count)
        for i in (0, 1)
    )
    lats = town_lat[town] + north / M_PER_DEG
    lons = town_lon[town] + east / M_PER_DEG / np.cos(np.radians(lats))
    # Some lie on highways: straight lines from each town to four others.
    far = dice.random(count) < ON_HIGHWAYS
    to, share = (town + dice.integers(1, 5, count)) % TOWNS, dice.random(count)
    lons = np.where(far, town_lon[town] + (town_lon[to] - town_lon[town]) * share, lons)
    return lons, np.where(far, town_lat[town] + (town_lat[to] - town_lat[town]) * share, lats)


def _rows(lons: Floats, lats: Floats, dice: Generator) -> Iterator[tuple[Any, ...]]:
    now = timezone.now()
    names = sorted(KINDS)
    kinds = dice.choice(len(names), len(lons), p=_kind_shares(names))
    ps = dice.uniform(0.1, 0.99, len(lons))
    for n, (lon, lat) in enumerate(zip(lons.tolist(), lats.tolist(), strict=True)):
        kind = KINDS[names[kinds[n]]]
        id_ = UUID(int=0x01900000_0000_7000_8000_000000000000 + n * 0x9E3779B97F4A)
        yield (
            *(id_, kind.name, "active", f"SRID=4326;POINT({lon!r} {lat!r})"),
            *(looked_cell(lon, lat), 4.0, 0.0, 4.0, 3.0 + n % 60 / 10, float(ps[n])),
            *(now, kind.half_life_s, 0.01, kind.severity, now, now, 2 + n % 9, 2 + n % 3),
            *(True, False, False, "2100-01-01"),
        )


def _kind_shares(names: list[str]) -> Floats:
    """Two of three are cones; every kind occurs."""
    shares = np.array([40.0 if name == "cone" else 1.0 for name in names])
    return shares / shares.sum()
