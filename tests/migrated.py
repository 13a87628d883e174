"""A migrated database to copy: to migrate takes seconds, to copy what is migrated a moment."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg.sql import SQL, Identifier

REPOSITORY = Path(__file__).resolve().parents[1]
PREFIX = "migrated_"
LOCK = "SELECT pg_advisory_lock(hashtext('the migrated database'))"
NAMES = "SELECT datname FROM pg_database WHERE starts_with(datname, %s)"
ENDED = """
    SELECT pg_terminate_backend(pid)
    FROM pg_stat_activity
    WHERE datname = %s AND usename = current_user
"""


@contextmanager
def migrated() -> Iterator[str]:
    """Its name; inside nobody else makes or removes one. It is made where there is none yet."""
    with psycopg.connect(libpq_url(os.environ["DATABASE_URL"]), autocommit=True) as connection:
        connection.execute(LOCK)
        name = PREFIX + _state()
        there_are = {row[0] for row in connection.execute(NAMES, [PREFIX])}
        if name not in there_are:
            for old in there_are:
                drop_database(connection, old)
            unfinished = f"{PREFIX}unfinished"
            connection.execute(SQL("CREATE DATABASE {}").format(Identifier(unfinished)))
            _migrate(unfinished)
            rename = SQL("ALTER DATABASE {} RENAME TO {}")
            connection.execute(rename.format(Identifier(unfinished), Identifier(name)))
        yield name


def drop_database(connection: psycopg.Connection, name: str) -> None:
    """Whoever is in it. FORCE is refused where an autovacuum is: that one leaves when asked."""
    connection.execute(ENDED, [name])
    connection.execute(SQL("DROP DATABASE {}").format(Identifier(name)))


def _state() -> str:
    """Of all that decides what migrating makes: the code, and the day, which has its partitions."""
    state = hashlib.sha256(f"{datetime.now(UTC):%Y-%m-%d}".encode())
    for path in sorted([REPOSITORY / "constraints.txt", *(REPOSITORY / "hazardmap").rglob("*.py")]):
        state.update(f"{path}\0".encode() + path.read_bytes())
    return state.hexdigest()[:16]


def _migrate(database: str) -> None:
    url = database_url(database)
    command = [sys.executable, "manage.py", "migrate", "--no-input"]
    done = subprocess.run(
        command,
        cwd=REPOSITORY,
        env=os.environ | {"DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"


def database_url(name: str) -> str:
    """Of another database on the same server."""
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


def libpq_url(database_url: str) -> str:
    return database_url.replace("postgis://", "postgresql://", 1)
