"""Our tile server and its peers, each one process on a port of its own, over one database."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit, urlunsplit

import httpx
from django.db import connection

from tests.bench.tiles_peers.tables import table_of
from tests.stack import REPOSITORY, free_port, wait_for
from tiles.mercator import Tile

PEERS = REPOSITORY / "var" / "peers"
PACKAGES = ("tipg==1.6.1", "uvicorn==0.54.0", "django-vectortiles==1.0.2", "Django==5.2.19")
LINGERING = "hazardmap.lingering.LingeringWorker"  # as in the Procfile
DRIVERS = ("psycopg[binary]==3.3.9", "gunicorn==27.0.1")


class Server(NamedTuple):
    """process: whose family does the work. path: of a tile, to be filled with table, z, x and y."""

    url: str
    process: int
    path: str

    def address(self, tile: Tile) -> str:
        where = {"table": table_of(tile.z), "z": tile.z, "x": tile.x, "y": tile.y}
        return self.url + self.path.format(**where)


def install() -> None:
    """The peers, in an environment of their own that nothing else uses."""
    if not (PEERS / "bin" / "python").exists():
        subprocess.run([sys.executable, "-m", "venv", PEERS], check=True)
    pip = [PEERS / "bin" / "python", "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, *PACKAGES, *DRIVERS], check=True)


@contextmanager
def running(folder: Path, tables: Mapping[str, list[str]]) -> Iterator[dict[str, Server]]:
    """By name: ours, tipg and django-vectortiles."""
    settings = connection.settings_dict
    gunicorn = ["--threads", "4", "--no-control-socket", "--worker-class"]
    django = {key: settings[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
    commands = {
        "ours": (
            [sys.executable, "-m", "gunicorn", "hazardmap.wsgi", *gunicorn, LINGERING],
            {"DATABASE_URL": _address(), "HAZARDMAP_VAR": str(folder)},
            "/tiles/v1/hazards/{z}/{x}/{y}.mvt",
        ),
        "tipg": (
            [PEERS / "bin" / "uvicorn", "tipg.main:app", "--log-level", "error"],
            {
                "DATABASE_URL": _as_asyncpg(),
                "TIPG_TILE_BUFFER": "64",
                "TIPG_DB_TABLES": json.dumps([f"public.{name}" for name in tables]),
                "TIPG_DB_SPATIAL_EXTENT": "false",
            },
            "/collections/public.{table}/tiles/WebMercatorQuad/{z}/{x}/{y}",
        ),
        "django-vectortiles": (
            [PEERS / "bin" / "gunicorn", "django_peer:application", *gunicorn, "gthread"],
            {"BENCH_DATABASE": json.dumps(django), "BENCH_TABLES": json.dumps(dict(tables))},
            "/{table}/{z}/{x}/{y}",
        ),
    }
    with ExitStack() as stack:
        servers = {}
        for name, (command, environment, path) in commands.items():
            servers[name] = stack.enter_context(_started(command, environment, path, folder, name))
        yield servers


@contextmanager
def _started(
    command: list[Any], environment: dict[str, str], path: str, folder: Path, name: str
) -> Iterator[Server]:
    port = free_port()
    at = ["--bind", f"127.0.0.1:{port}"] if "uvicorn" not in str(command[0]) else []
    at = at or ["--host", "127.0.0.1", "--port", str(port)]
    where = Path(__file__).parent if name == "django-vectortiles" else REPOSITORY
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, *at], env=os.environ | environment, cwd=where, stdout=log, stderr=log
        )
    server = Server(f"http://127.0.0.1:{port}", process.pid, path)
    try:
        wait_for(name, lambda: _answers(server), timeout_s=120)
        yield server
    finally:
        process.terminate()
        process.wait(20)


def _answers(server: Server) -> bool:
    try:
        return httpx.get(server.address(Tile(16, 0, 0)), timeout=30).status_code < 400
    except httpx.TransportError:
        return False


def _as_asyncpg() -> str:
    settings = connection.settings_dict
    host, port = quote(settings["HOST"] or "localhost", safe=""), settings["PORT"] or 5432
    who = f"{quote(settings['USER'])}:{quote(settings['PASSWORD'])}"
    return f"postgresql://{who}@{host}:{port}/{settings['NAME']}"


def _address() -> str:
    """Of the bench's database, as the site takes it."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))
