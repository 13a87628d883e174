"""How fast buyers get answers, over the real web server, with a country's hazards on the map.

Run by `make bench-api`, or alone: python -m tests.bench.api --hazards 100000 --seconds 5
Boxes of about 500 hazards and routes of 100 km are asked for at a fixed rate, whether or not the
answer before has come, so that waiting counts (no coordinated omission). Beside the clock stands
the processor time of the web server for each answer, which a busy machine disturbs less.
"""

import argparse
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx
import psycopg

from tests.bench.figures import BENCHMARKS, Figure, put
from tests.migrated import libpq_url
from tests.stack import Stack, started

HAZARDS_PER_ROAD = 500
BOX_PER_S, ROUTE_PER_S = 50, 5
ROUTE_KM = 100
EVENTS = 200_000
WARM_UP = 30
Road = tuple[float, float, float, float]
"""West, south, and how far it goes east and north, in degrees."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hazards", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=30.0, help="of each kind of question")
    parser.add_argument("--publish", action="store_true", help="write docs/benchmarks/api.json")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, started(Path(folder), only={"web"}) as stack:
        # The queue loads what the answers add to the usage log, as on any site; without it the web
        # server would have to. What would follow the new hazards is left out.
        stack.start("default")
        stack.start("beat")
        roads = fill(stack, options.hazards)
        figures = measured(stack, roads, options.seconds)
        for figure in figures:
            print(f"{figure['measure']} = {figure['value']} {figure['unit']} ({figure['note']})")
        if options.publish:
            put(BENCHMARKS / "api.json", figures)


def fill(stack: Stack, hazards: int) -> list[Road]:
    """Hazards along straight roads of up to 20 km all over a country, and the feed about some."""
    chance = random.Random(7)
    roads = [
        (chance.uniform(22, 28), chance.uniform(58, 62), chance.uniform(-0.18, 0.18), northwards)
        for northwards in (chance.uniform(-0.09, 0.09) for _ in range(hazards // HAZARDS_PER_ROAD))
    ]
    database = libpq_url(stack.environment["DATABASE_URL"])
    with psycopg.connect(database) as connection:
        connection.execute(
            "INSERT INTO hazards_hazard (id, kind, state, position, cell, cov_ee_m2, cov_en_m2,"
            " cov_nn_m2, radius_m, p, t_ref, half_life_s, phantom, severity, first_seen,"
            " last_seen, passes, witnesses, published, confirmed, simulated, expires_at)"
            " SELECT gen_random_uuid(), 'cone', 'active', ST_SetSRID(ST_MakePoint("
            "  west + share * east, south + share * north), 4326), 0, 4, 0, 4, 5, 0.9, now(),"
            "  360000, 0.01, 1, now() - interval '2 hours', now() - interval '1 hour', 2, 2,"
            "  true, false, true, now() + interval '9 days'"
            " FROM unnest(%s::float8[], %s::float8[], %s::float8[], %s::float8[])"
            "  AS road(west, south, east, north),"
            " LATERAL (SELECT random() AS share FROM generate_series(1, %s) n"
            "  WHERE west IS NOT NULL) thing",
            [*map(list, zip(*roads, strict=True)), HAZARDS_PER_ROAD],
        )
        connection.execute(
            "INSERT INTO hazards_hazardevent (at, change, hazard_id, hazard)"
            " SELECT now(), 'appeared', id, to_jsonb(h) - 'position' - 'cell' ||"
            "  jsonb_build_object('lon', ST_X(position::geometry), 'lat', ST_Y(position::geometry))"
            " FROM hazards_hazard h LIMIT %s",
            [EVENTS],
        )
    # Else the server would do it beside the questions: no site gets a million hazards at once.
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE) hazards_hazard, hazards_hazardevent")
    return roads


def measured(stack: Stack, roads: list[Road], seconds: float) -> list[Figure]:
    chance = random.Random(8)
    with httpx.Client(base_url=f"{stack.url}/api/v1", headers=stack.buyer(), timeout=60) as http:

        def box() -> httpx.Response:
            west, south, east, north = chance.choice(roads)
            sides = sorted((west, west + east)), sorted((south, south + north))
            bbox = f"{sides[0][0]},{sides[1][0]},{sides[0][1]},{sides[1][1]}"
            return http.get("/hazards", params={"bbox": bbox, "limit": 500})

        def route() -> httpx.Response:
            line = {"type": "LineString", "coordinates": _line(chance)}
            return http.post("/hazards/along-route", json=line, params={"limit": 1000})

        web = stack.processes["web"].pid
        return [
            _paced("bbox_p99_ms", box, BOX_PER_S, seconds, web),
            _paced("route_p99_ms", route, ROUTE_PER_S, seconds, web),
            _feed(http, web),
        ]


def _cpu_s(process: int) -> float:
    """Processor time of a process group, its workers included, in seconds."""
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            if int(fields[2]) == process:
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _line(chance: random.Random) -> list[list[float]]:
    """1,000 positions over 100 km, eastwards with bends."""
    lon, lat = chance.uniform(22, 26), chance.uniform(58.5, 61.5)
    length_deg = ROUTE_KM / 55.0
    return [[lon + length_deg * n / 1000, lat + 0.0005 * chance.random()] for n in range(1001)]


def _paced(
    measure: str, ask: Callable[[], httpx.Response], per_s: float, seconds: float, web: int
) -> Figure:
    """The 99th percentile of the time from when a question was due until its answer was there."""
    found = [len(ask().json()["features"]) for _ in range(WARM_UP)]
    begin, cpu_s = time.monotonic(), _cpu_s(web)

    def one(number: int) -> float:
        due = begin + number / per_s
        time.sleep(max(0.0, due - time.monotonic()))
        answer = ask()
        assert answer.status_code == 200, answer.text
        return time.monotonic() - due

    with ThreadPoolExecutor(64) as pool:
        taken_s = sorted(pool.map(one, range(int(per_s * seconds))))
    p99_ms = 1000 * statistics.quantiles(taken_s, n=100)[-1]
    median_ms = 1000 * statistics.median(taken_s)
    cpu_ms = 1000 * (_cpu_s(web) - cpu_s) / len(taken_s)
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    note = (
        f"{len(taken_s)} at {per_s}/s, median {median_ms:.0f} ms, "
        f"{statistics.mean(found):.0f} hazards each, {cpu_ms:.1f} ms of the web server's "
        f"processors; load {load:.1f} per core"
    )
    return {"measure": measure, "value": round(p99_ms, 1), "unit": "ms", "note": note}


def _feed(http: httpx.Client, web: int) -> Figure:
    """One client that reads the whole feed."""
    cursor, rows, begin, cpu_s = 0, 0, time.monotonic(), _cpu_s(web)
    while True:
        body = json.loads(http.get("/changes", params={"since": cursor, "limit": 10_000}).content)
        cursor, rows = body["cursor"], rows + len(body["changes"])
        if len(body["links"]) == 1:
            break
    rate = rows / (time.monotonic() - begin)
    by_cpu = rows / max(_cpu_s(web) - cpu_s, 1e-9)
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    note = (
        f"{rows} changes by one client, 10,000 at once, read as JSON; {by_cpu:.0f} a second of "
        f"the web server's processors; load {load:.1f} per core"
    )
    return {"measure": "changes_rows_per_s", "value": round(rate), "unit": "1/s", "note": note}


if __name__ == "__main__":
    main()
