"""How fast built tiles leave, beside plain files of nginx, and what an idle listener costs.

Run by `make bench-tiles-serving`, or alone: python -m tests.bench.tiles_serving --seconds 2
"""

import argparse
import asyncio
import gzip
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hazardmap.settings")
django.setup()

from django.conf import settings

from deploy.bootstrap.packages import install_as_needed
from hazardmap.core.access.tile_token import signed
from tests.bench import figures
from tests.bench.figures import Figure
from tests.bench.tiles_serving.listeners import Crowd, crowd
from tests.bench.tiles_serving.load import Load, load
from tests.stack import REPOSITORY, Stack, free_port, started, wait_for

JSON, DOCUMENT = figures.BENCHMARKS / "tiles.json", figures.BENCHMARKS / "tiles.md"
TILE_BYTES = 20_000  # gzipped, as a dense city's
KEYS = 1000  # so that no key comes to its limit
CHANGE = """
import time
from django.db import transaction
from hazardmap.core.fusion.hazard import Change
from hazardmap.hazards.services.events_write import events_write
from tests.map_scene import on_map
with transaction.atomic():
    events_write([(Change.APPEARED, on_map((24.94, 60.17))[0])])
print(time.monotonic())
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.tiles_serving", description=__doc__
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=3, help="of each load")
    parser.add_argument("--listeners", type=int, default=2500)
    parser.add_argument("--write", action="store_true", help="into docs/benchmarks")
    given = parser.parse_args()
    install_as_needed(["wrk"], REPOSITORY)
    with (
        TemporaryDirectory(prefix="tiles-serving-") as name,
        started(folder := Path(name), only=["web"]) as stack,
    ):
        loads = _cached(stack, folder, rounds=given.rounds, seconds=given.seconds)
        crowded = _listeners(stack, given.listeners)
    measured = [*_ratios(loads), *_of_crowd(crowded)]
    for figure in measured:
        print(f"{figure['measure']}: {figure['value']} {figure['unit']} ({figure['note']})")
    if given.write:
        figures.put(JSON, measured)
        figures.put_section(DOCUMENT, "serving", _told(loads, crowded))


def _cached(stack: Stack, folder: Path, *, rounds: int, seconds: int) -> dict[str, list[Load]]:
    """Loads of one tile by each way, in turn."""
    tile = folder / "tiles" / "hazards" / "14" / "9326" / "4743.mvt.gz"
    tile.parent.mkdir(parents=True, exist_ok=True)
    tile.write_bytes(gzip.compress(os.urandom(TILE_BYTES - 30)))
    now = datetime.now(UTC)
    bought = [
        f"/t/{signed(_kid(i), 'hazards', secret=settings.TILE_SECRETS[0], now=now).path()}"
        "/hazards/14/9326/4743.mvt"
        for i in range(KEYS)
    ]
    with _nginx(stack, folder) as (address, process):
        ways = {
            "static": (address, ["/plain/hazards/14/9326/4743.mvt.gz"] * KEYS, process),
            "production": (address, bought, process),
            "embedded": (stack.url, bought, stack.processes["web"].pid),
        }
        loads: dict[str, list[Load]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name, (url, paths, server) in ways.items():
                done = load(url, paths, server=server, seconds=seconds, folder=folder)
                print(
                    f"{name}: {done.per_s:.0f}/s, {done.cpu_ms:.3f} ms of a core each", flush=True
                )
                loads[name].append(done)
    return loads


@contextmanager
def _nginx(stack: Stack, folder: Path) -> Iterator[tuple[str, int]]:
    """Our nginx, with the same files served plainly under /plain/: its address and process."""
    port, conf = free_port(), folder / "nginx" / "nginx.conf"
    stack.manage("nginx_config", "--listen", f"127.0.0.1:{port}", "--out", str(conf))
    plain = f"location /plain/ {{ alias {folder}/tiles/; gzip_static off; }}\n        location / {{"
    conf.write_text(conf.read_text().replace("location / {", plain, 1))
    user = "user root;" if os.geteuid() == 0 else ""
    path = f"{os.environ['PATH']}:/usr/sbin"
    command = ["nginx", "-c", str(conf), "-g", f"daemon off; {user}"]
    with subprocess.Popen(command, env=os.environ | {"PATH": path}) as nginx:
        try:
            pid = conf.parent / "nginx.pid"
            wait_for("nginx", lambda: pid.exists() and pid.stat().st_size, timeout_s=10)
            yield f"http://127.0.0.1:{port}", nginx.pid
        finally:
            nginx.terminate()


def _kid(number: int) -> str:
    return "".join("abcdefghijklmnopqrstuvwxyz234567"[number >> 5 * i & 31] for i in range(16))


def _listeners(stack: Stack, number: int) -> Crowd:
    command = [sys.executable, "manage.py", "serve_live", "--per-address", str(number)]
    with subprocess.Popen(command, cwd=REPOSITORY, env=stack.environment) as live:
        port = int(stack.environment["HAZARDMAP_LIVE_PORT"])
        try:
            wait_for("the live stream", lambda: _listens(port), timeout_s=60)
            return asyncio.run(
                crowd(
                    port,
                    process=live.pid,
                    number=number,
                    idle_s=20,
                    change=lambda: float(stack.run(CHANGE)),
                )
            )
        finally:
            live.terminate()


def _listens(port: int) -> bool:
    return f"{port:04X} 00000000:0000 0A" in Path("/proc/net/tcp").read_text()


def _middle(loads: list[Load]) -> Load:
    return Load(*(statistics.median(values) for values in zip(*loads, strict=True)))


def _ratios(loads: dict[str, list[Load]]) -> list[Figure]:
    rounds = list(zip(loads["static"], loads["production"], loads["embedded"], strict=True))
    note = (
        f"{TILE_BYTES // 1000} kB tile, signed and metered, wrk -t1 -c8, medians of {len(rounds)}"
    )

    def figure(name: str, values: list[float]) -> Figure:
        value = round(statistics.median(values), 3)
        return {"measure": name, "value": value, "unit": "ratio", "note": note}

    return [
        figure("cached_production_over_nginx", [p.per_s / s.per_s for s, p, _ in rounds]),
        figure("cached_production_cpu_over_nginx", [p.cpu_ms / s.cpu_ms for s, p, _ in rounds]),
        figure("cached_embedded_over_nginx", [e.per_s / s.per_s for s, _, e in rounds]),
    ]


def _of_crowd(crowded: Crowd) -> list[Figure]:
    note = (
        f"one process, {100 * crowded.cpu_share:.0f} % of a core while idle; "
        f"all had heard of a change {crowded.heard_s:.1f} s after it was written"
    )
    return [
        {
            "measure": "sse_idle_listeners",
            "value": crowded.listeners,
            "unit": "listeners",
            "note": note,
        },
        {
            "measure": "sse_kb_per_listener",
            "value": round(crowded.kb_each, 1),
            "unit": "kB",
            "note": f"resident memory that each of {crowded.listeners} adds",
        },
    ]


def _told(loads: dict[str, list[Load]], crowded: Crowd) -> str:
    ways = {
        "static": "nginx, plain file",
        "production": "nginx, signed, limited by key, metered",
        "embedded": "gunicorn alone, signed, limited by key, metered",
    }
    lines = "\n".join(
        f"| {words} | {(done := _middle(loads[way])).per_s:.0f} | {done.cpu_ms:.3f} |"
        for way, words in ways.items()
    )
    rounds, kb = len(loads["static"]), TILE_BYTES / 1000
    kb_each, percent = crowded.kb_each, 100 * crowded.cpu_share
    return f"""## Serving built tiles

One tile of {kb:.0f} kB (gzipped) by every way in turn, {rounds} rounds of `wrk -t1 -c8` on the same
machine as the servers, medians. {datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores.

| way | answers/s | ms of a core each |
|---|---|---|
{lines}

{crowded.listeners} idle listeners of the live stream on one process take {kb_each:.1f} kB of
resident memory each and {percent:.1f} % of a core together; all of them had heard of a change
{crowded.heard_s:.1f} s after it was written.

**Reproduce**: `make bench-tiles-serving` (two minutes).
"""


if __name__ == "__main__":
    main()
