"""What a year of history costs a live tile: the same map with and without it, asked in turn."""

import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection
from django.utils import timezone

from hazardmap.platform.partitions import make_partitions, month_after
from tests.bench.tiles import country
from tests.tile_reading import tile_at
from tiles.layers import build

TILES: Final = (
    *(("hazards", 6), ("hazards", 10), ("hazards", 13), ("hazards", 15)),
    *(("coverage", 12), ("coverage", 14), ("workzones", 12)),
)
_RANDOM_ID = (
    "(lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') "
    "|| substr(md5(random()::text), 1, 20))::uuid"
)
_LIVE = """
    INSERT INTO hazards_look (cell, witness, hour, last_at, told)
    SELECT DISTINCT cell, 1, date_trunc('hour', now()) - interval '1 day',
        date_trunc('hour', now()) - interval '1 day', true FROM hazards_hazard
    ON CONFLICT DO NOTHING
"""
_PAST = (
    # What has come and gone: twice what is there now.
    """
    INSERT INTO hazards_hazard (id, kind, state, position, cell, cov_ee_m2, cov_en_m2, cov_nn_m2,
        radius_m, p, t_ref, half_life_s, phantom, severity, first_seen, last_seen, passes,
        witnesses, published, confirmed, simulated, expires_at)
    SELECT gen_random_uuid(), kind, 'expired', position, cell, cov_ee_m2, cov_en_m2, cov_nn_m2,
        radius_m, p, t_ref - ago, half_life_s, phantom, severity, first_seen - ago,
        last_seen - ago, passes, witnesses, published, confirmed, simulated, last_seen - ago
    FROM hazards_hazard CROSS JOIN LATERAL (
        SELECT (10 + 355 * random()) * interval '1 day' * n AS ago FROM generate_series(1, 2) AS n
        WHERE hazards_hazard.id IS NOT NULL
    ) AS past
    """,
    """
    INSERT INTO hazards_hazardevent (at, change, hazard_id, hazard)
    SELECT t_ref, change, id, jsonb_build_object('id', id, 'kind', kind, 'p', p, 't_ref', t_ref)
    FROM hazards_hazard CROSS JOIN unnest(ARRAY['appeared', 'changed', 'changed']) AS change
    """,
    # A look at each place each month, none in the window, which begins with a day.
    """
    INSERT INTO hazards_look (cell, witness, hour, last_at, told)
    SELECT cell, n, date_trunc('hour', now()) - n * interval '31 days 1 hour',
        date_trunc('hour', now()) - n * interval '31 days 1 hour', true
    FROM (SELECT DISTINCT cell FROM hazards_look) AS looked, generate_series(1, 12) AS n
    ON CONFLICT DO NOTHING
    """,
    f"""
    INSERT INTO inference_detection
    SELECT {_RANDOM_ID}, gen_random_uuid(), gen_random_uuid(), 'cone', 0.5, 0.1, 0.1, 0.2, 0.2
    FROM (SELECT now() - n * interval '2 minutes' AS at FROM generate_series(1, 260000) AS n) AS y
    """,  # noqa: S608 - our own words
    f"""
    INSERT INTO metering_usageevent
    SELECT {_RANDOM_ID}, 'abcdefghijklmnop', 'tile', 1, at, n::text, 'hazards/14/1/1', '[]'
    FROM (
        SELECT n, now() - n * interval '2 minutes' AS at FROM generate_series(1, 260000) AS n
    ) AS y
    """,  # noqa: S608 - as above
)


def slowdown(cpu_ms: Callable[[Callable[[], object]], float], rounds: int) -> dict[str, float]:
    """By layer and zoom: a tile of the densest town with a year behind it over one without.

    cpu_ms: milliseconds of the database's processor for a call. Medians of the rounds' ratios.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LIVE)
    here = connection.settings_dict["NAME"]
    year = f"{here}_year"
    ratios: dict[str, list[float]] = {f"{layer} z{zoom}": [] for layer, zoom in TILES}
    with _copied(here, year):
        for sql in _PAST:
            _run(year, sql)
        for name in (here, year):
            _run(name, "VACUUM ANALYZE")
        for _ in range(rounds):
            took = [_costs(name, cpu_ms) for name in (here, year)]
            for key, without in took[0].items():
                ratios[key].append(took[1][key] / without)
    return {key: statistics.median(found) for key, found in ratios.items()}


def _costs(name: str, cpu_ms: Callable[[Callable[[], object]], float]) -> dict[str, float]:
    _to(name)
    return {
        f"{layer} z{zoom}": cpu_ms(
            lambda layer=layer, zoom=zoom: build(layer, tile_at(*country.DENSEST, zoom))  # type: ignore[misc]
        )
        for layer, zoom in TILES
    }


@contextmanager
def _copied(name: str, copy: str) -> Iterator[None]:
    _run("template1", f'DROP DATABASE IF EXISTS "{copy}"')
    _run("template1", f'CREATE DATABASE "{copy}" TEMPLATE "{name}"')
    try:
        _to(copy)
        now = timezone.now()
        for month in range(13):
            make_partitions(month_after(now, -month))
        yield
    finally:
        _run("template1", f'DROP DATABASE "{copy}" WITH (FORCE)')
        _to(name)


def _run(name: str, sql: str) -> None:
    _to(name)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(sql)


def _to(name: str) -> None:
    if connection.settings_dict["NAME"] != name:
        connection.close()
        connection.settings_dict["NAME"] = name
