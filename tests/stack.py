"""The site as it runs for people: the Procfile's processes on a database of their own."""

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import httpx
import psycopg
from psycopg.sql import SQL, Identifier
from redis import Redis

from tests.migrated import database_url, drop_database, libpq_url, migrated
from tests.standing_shell import Shell

REPOSITORY = Path(__file__).resolve().parents[1]
# The processes that look for work all the time, whether there is any or not.
RESTLESS = ("beat", "hooks", "live", "publish")
T = TypeVar("T")


@dataclass
class Stack:
    """url: of the web server. environment: what its processes run with. accounts: demo logins."""

    url: str
    environment: dict[str, str]
    accounts: dict[str, Any]
    logs: Path
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _shell: Shell | None = None

    def start(self, name: str, *, instead: tuple[str, str] = ("", "")) -> None:
        """Start a process of the Procfile, in a session of its own: it can be killed whole.

        instead: a part of its command, and what to put there.
        """
        command = procfile()[name].replace(*instead)
        with (self.logs / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                ["/bin/sh", "-c", command],
                cwd=REPOSITORY,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """kill -9 of a process and its children."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)

    @contextmanager
    def awake(self) -> Iterator[None]:
        """Afterwards nobody looks for work any more, until the next time."""
        self._restless(signal.SIGCONT)
        yield
        self._restless(signal.SIGSTOP)

    def _restless(self, told: signal.Signals) -> None:
        for name in self.processes.keys() & RESTLESS:
            os.killpg(self.processes[name].pid, told)

    def stop(self) -> None:
        """At once: what a process does when it is told to end takes seconds, and is no test's."""
        if self._shell:
            self._shell.stop()
        for name in list(self.processes):
            with suppress(ProcessLookupError):
                self.kill(name)

    def manage(self, *arguments: str) -> str:
        """A management command in this stack's environment; its output."""
        done = self.command(*arguments)
        assert done.returncode == 0, f"{shlex.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout

    def command(self, *arguments: str, **over: str) -> "subprocess.CompletedProcess[str]":
        """How a management command ends. over: what its environment has instead."""
        return self._standing().manage(self.environment | over, *arguments)

    def run(self, program: str) -> str:
        """What a program prints that runs in Django in this stack's environment."""
        return self._standing().run(program)

    def _standing(self) -> Shell:
        self._shell = self._shell or Shell(self.environment)
        return self._shell

    def query(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of the stack's database."""
        with psycopg.connect(libpq_url(self.environment["DATABASE_URL"])) as connection:
            return connection.execute(sql, values).fetchall()

    def forget_limits(self) -> None:
        """Whatever other tests have asked from this address, all may be asked again."""
        with Redis.from_url(self.environment["REDIS_URL"]) as redis:
            for bucket in redis.scan_iter("bucket:*"):
                redis.delete(bucket)

    def upload(
        self, path: Path, *, metadata: dict[str, Any] | None = None, account: int = 0
    ) -> str:
        """Send one picture from a demo contributor; the frame's id."""
        token = self.accounts["device_tokens"][account]
        response = httpx.post(
            f"{self.url}/api/v1/frames",
            headers={"Authorization": f"Bearer {token}"},
            files={"image": (path.name, path.read_bytes())},
            data={"metadata": json.dumps(metadata)} if metadata else {},
            timeout=30,
        )
        assert response.status_code in {200, 202}, response.text
        return str(response.json()["id"])

    def buyer(self) -> dict[str, str]:
        """Headers of a call with the demo buyer's key."""
        return {"Authorization": f"Bearer {self.accounts['api_key']}"}


def procfile() -> dict[str, str]:
    lines = (REPOSITORY / "Procfile").read_text().splitlines()
    pairs = (line.split(":", 1) for line in lines if line.strip() and not line.startswith("#"))
    return {name: command.strip() for name, command in pairs}


def wait_for(what: str, condition: Callable[[], T], *, timeout_s: float, every_s: float = 0.1) -> T:
    """The first true value of `condition`."""
    ends = time.monotonic() + timeout_s
    while not (value := condition()):
        assert time.monotonic() < ends, f"{what} did not happen within {timeout_s:.0f} s"
        time.sleep(every_s)
    return value


@contextmanager
def started(folder: Path, *, only: Collection[str] = ()) -> Iterator[Stack]:
    """Create a migrated database, start every process; drop it all afterwards.

    only: names of the processes to start, if not all.
    """
    with own_database(is_migrated=True) as name:
        stack = _configured(folder, name)
        try:
            stack.manage("demo_prepare")
            accounts = folder / "demo" / "accounts.json"
            stack.accounts.update(json.loads(accounts.read_text()))
            for process in only or procfile():
                stack.start(process)
            wait_for("the web server's answer", lambda: _healthy(stack.url), timeout_s=60)
            yield stack
        finally:
            stack.stop()


@contextmanager
def own_database(*, is_migrated: bool = False) -> Iterator[str]:
    """The name of a database, which is dropped afterwards."""
    name = f"stack_{uuid4().hex[:12]}"
    if is_migrated:
        with migrated() as template, _server() as connection:
            names = map(Identifier, (name, template))
            connection.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
    else:
        with _server() as connection:
            connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    try:
        yield name
    finally:
        with _server() as connection:
            drop_database(connection, name)


def _server() -> psycopg.Connection:
    return psycopg.connect(libpq_url(os.environ["DATABASE_URL"]), autocommit=True)


def _configured(folder: Path, database: str) -> Stack:
    port = free_port()
    (folder / "logs").mkdir()
    (folder / "celery").mkdir()
    (folder / "assets").symlink_to(Path(os.environ["HAZARDMAP_VAR"]) / "assets")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {
        **os.environ,
        "PATH": path,
        "DATABASE_URL": database_url(database),
        "REDIS_URL": os.environ["REDIS_URL"].replace("db=0", f"db={1 + _worker()}"),
        "HAZARDMAP_ENV": "test",
        "HAZARDMAP_VAR": str(folder),
        "HAZARDMAP_HOST": "127.0.0.1",
        "HAZARDMAP_PORT": str(port),
        "HAZARDMAP_LIVE_PORT": str(free_port()),
        "HAZARDMAP_OUTBOUND_EXCEPTIONS": f"127.0.0.1:{free_port()}",
    }
    return Stack(f"http://127.0.0.1:{port}", environment, {}, folder / "logs")


def _worker() -> int:
    """Which of the workers of a parallel run this is: each counts what callers do by itself."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


def _healthy(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", timeout=2).status_code == 200
    except httpx.TransportError:
        return False


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
