"""A private Redis without persistence, reached through a socket in a 0700 folder only."""

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from deploy.bootstrap.account import Account
from deploy.bootstrap.command import run
from deploy.bootstrap.failure import BootstrapError

PATIENCE_S = 10.0


@dataclass(frozen=True)
class RedisServer:
    """One Redis in `folder` (0700, the account's). It holds hints only: losing it loses no work."""

    folder: Path
    log: Path
    account: Account

    @property
    def socket(self) -> Path:
        return self.folder / "run" / "redis.sock"

    @property
    def url(self) -> str:
        """What the application connects with."""
        return f"unix://{self.socket}?db=0"

    def start(self) -> None:
        """Start Redis and wait until it answers; a running one stays."""
        if self._answers():
            return
        self._run("mkdir", "-p", "-m", "0700", self.socket.parent)
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "save": "",
            "daemonize": "yes",
            "pidfile": str(self.folder / "redis.pid"),
            "logfile": str(self.folder / "redis.log"),
        }
        flags = [word for name, value in options.items() for word in (f"--{name}", value)]
        self._run("redis-server", *flags)
        if not self._wait_until(answering=True):
            raise BootstrapError(f"Redis does not answer; see {self.folder / 'redis.log'}.")

    def stop(self) -> None:
        """Stop Redis if it runs."""
        if not self._answers():
            return
        self._run("redis-cli", "-s", self.socket, "shutdown", "nosave")
        if not self._wait_until(answering=False):
            raise BootstrapError(f"Redis does not stop; see {self.folder / 'redis.log'}.")

    def _run(self, *command: str | Path) -> None:
        run(command, log=self.log, cwd=Path("/"), account=self.account)

    def _answers(self) -> bool:
        if not self.socket.exists():
            return False
        reply = subprocess.run(
            ["redis-cli", "-s", self.socket, "ping"], check=False, capture_output=True, text=True
        )
        return reply.stdout.strip() == "PONG"

    def _wait_until(self, *, answering: bool) -> bool:
        deadline = time.monotonic() + PATIENCE_S
        while self._answers() is not answering:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True
