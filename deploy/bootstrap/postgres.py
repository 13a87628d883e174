"""A private PostgreSQL cluster with PostGIS, reached through a socket in a 0700 folder only."""

import contextlib
import os
import shlex
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from deploy.bootstrap.account import Account
from deploy.bootstrap.command import Command, run
from deploy.bootstrap.failure import BootstrapError
from deploy.bootstrap.secret import secret

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
PATIENCE_S = 10.0
APPLICATION = "hazardmap"  # the name of its role and of its database

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_statement": "none",
}
THROWAWAY_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Cluster:
    """One cluster in `folder` (0700, the account's); its passwords are in `secrets`.

    A throw-away cluster (for tests) gives up durability and lets the application's role create
    databases; otherwise that role owns its database and nothing more. It is never a superuser.
    """

    folder: Path
    secrets: Path
    log: Path
    account: Account
    throwaway: bool

    @property
    def data(self) -> Path:
        return self.folder / "postgres"

    @property
    def sockets(self) -> Path:
        return self.folder / "run"

    @property
    def url(self) -> str:
        """What the application connects with."""
        password = secret(self.secrets / "database_password")
        return f"postgis://{APPLICATION}:{password}@/{APPLICATION}?host={self.sockets}"

    def start(self) -> None:
        """Start the cluster, created first if it is not complete yet; a running one stays."""
        # Beside the passwords: the cluster's own folder is open to whoever breaks into a service.
        marker = self.secrets / "cluster_complete"
        complete = marker.exists() and self.data.exists()
        if not complete:
            self._create_data()
        if not self._is_running():
            self._clear_after_kill()
            log = self.folder / "postgres.log"
            self._control("start", "--log", log, "--options", self._options())
        if not complete:
            self._create_database()
            marker.touch()

    def stop(self) -> None:
        """Stop the cluster if it runs; open sessions are ended, nothing committed is lost."""
        if self._is_running():
            self._control("stop", "--mode", "immediate" if self.throwaway else "fast")

    def _is_running(self) -> bool:
        try:
            first_line = self._pid_file.read_text(encoding="utf-8").split("\n")[0]
        except FileNotFoundError:
            return False
        return first_line in self._processes()

    def _clear_after_kill(self) -> None:
        """Remove the lock files of a killed server, once none of its processes is left.

        PostgreSQL itself refuses to start while any process has that number, be it a zombie
        that nobody reaps in a container, or a stranger after a reboot.
        """
        deadline = time.monotonic() + PATIENCE_S
        while self._processes():
            if time.monotonic() > deadline:
                raise BootstrapError(f"Processes of a killed PostgreSQL still use {self.data}.")
            time.sleep(0.05)
        for lock_file in (self._pid_file, self.sockets / ".s.PGSQL.5432.lock"):
            lock_file.unlink(missing_ok=True)

    @property
    def _pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    def _processes(self) -> set[str]:
        """The numbers of this cluster's processes: all work in its data folder."""
        found = set()
        for link in Path("/proc").glob("[0-9]*/cwd"):
            with contextlib.suppress(OSError):  # it ended, or is somebody else's
                if link.readlink() == self.data:
                    found.add(link.parent.name)
        return found

    def _create_data(self) -> None:
        """`initdb`, in place of what an interrupted first start may have left."""
        self.stop()
        shutil.rmtree(self.data, ignore_errors=True)
        initdb: list[str | Path] = [PROGRAMS / "initdb", "--pgdata", self.data]
        initdb += ["--username=postgres", "--auth=scram-sha-256", "--pwfile=/dev/stdin"]
        initdb += ["--encoding=UTF8", "--locale=C.UTF-8"]
        initdb += ["--no-sync"] * self.throwaway
        run(
            ["mkdir", "-p", "-m", "0700", self.sockets],
            log=self.log,
            cwd=Path("/"),
            account=self.account,
        )
        # `cat` makes a pipe that belongs to the account: initdb opens its password file by name.
        run(
            ["sh", "-c", 'cat | "$@"', "sh", *initdb],
            log=self.log,
            cwd=Path("/"),
            account=self.account,
            text_in=secret(self.secrets / "superuser_password"),
        )

    def _create_database(self) -> None:
        """PostGIS in `template1`, then the application's role and database."""
        right = "CREATEDB" if self.throwaway else "NOCREATEDB"
        password = secret(self.secrets / "database_password")  # URL-safe, so free of quotes
        statements = f"""
            CREATE EXTENSION IF NOT EXISTS postgis;
            CREATE ROLE {APPLICATION} LOGIN NOSUPERUSER NOCREATEROLE {right} PASSWORD '{password}';
            CREATE DATABASE {APPLICATION} OWNER {APPLICATION};
        """
        environment = os.environ | {
            "PGHOST": str(self.sockets),
            "PGPASSWORD": secret(self.secrets / "superuser_password"),
        }
        command = ["psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"]
        command += ["--username=postgres", "--dbname=template1"]
        run(command, log=self.log, cwd=Path("/"), env=environment, text_in=statements)

    def _options(self) -> str:
        settings = SETTINGS | {"unix_socket_directories": str(self.sockets)}
        settings |= THROWAWAY_SETTINGS if self.throwaway else {}
        return " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())

    def _control(self, action: str, *options: str | Path) -> None:
        command: Command = [PROGRAMS / "pg_ctl", action, "--pgdata", self.data, "--silent"]
        try:
            run([*command, *options], log=self.log, cwd=Path("/"), account=self.account)
        except BootstrapError as error:
            own_log = self.folder / "postgres.log"
            raise BootstrapError(
                f"PostgreSQL did not {action}: {error} See also {own_log}."
            ) from None
