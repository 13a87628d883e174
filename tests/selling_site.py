"""A site of its own that sells: each of its parts is a process that can be killed and come back."""

import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from deploy.bootstrap.account import service_account
from deploy.bootstrap.place import CLONE, Place, service_folder
from deploy.bootstrap.postgres import Cluster
from tests.stack import REPOSITORY, Stack, free_port, started, wait_for

PARTS = ("web", "nginx", "shipper", "redis", "postgres")
SETUP = """
import json
from tests.map_scene import buyer, put_hazard, to_tiles
for number in range(20):
    put_hazard(24.93 + number / 10_000, 60.17)
to_tiles()
api, web, nginx = (buyer(name) for name in ("api", "web", "nginx"))
print(json.dumps({"token": api.token, "api": api.kid, "web": web.kid, "nginx": nginx.kid}))
"""
SHIPPER = """
import time, django
django.setup()
from django.db import DatabaseError, close_old_connections
from hazardmap.billing.services import spending_watch
from hazardmap.metering.services import usage_ship
while True:
    close_old_connections()
    try:
        usage_ship()
        spending_watch()
    except DatabaseError:
        pass
    time.sleep(0.2)
"""


@dataclass
class Site:
    """Its parts are PARTS. killed: how often which."""

    stack: Stack
    cluster: Cluster
    folder: Path
    keys: dict[str, str]
    nginx_url: str = ""
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    killed: Counter[str] = field(default_factory=Counter)

    def start(self, part: str) -> None:
        match part:
            case "postgres":
                self.cluster.start()
            case "web":
                self.stack.start("web")
            case "redis":
                self._run(part, redis_command(self.folder))
            case "nginx":
                user = "user root;" if os.geteuid() == 0 else ""
                conf = str(self.folder / "nginx" / "nginx.conf")
                self._run(part, ["nginx", "-c", conf, "-g", f"daemon off; {user}"])
            case "shipper":
                self._run(part, [sys.executable, "-c", SHIPPER])

    def kill(self, part: str) -> None:
        """kill -9, with all children."""
        self.killed[part] += 1
        match part:
            case "postgres":
                pid_file = self.cluster.data / "postmaster.pid"
                pid = int(pid_file.read_text().split()[0])
                os.kill(pid, signal.SIGKILL)
                wait_for("the end of PostgreSQL", lambda: not works(pid), timeout_s=20)
            case "web":
                self.stack.kill("web")
            case _:
                self._end(part)

    def stop(self) -> None:
        for part in list(self.processes):
            self._end(part)

    def _run(self, part: str, command: list[str]) -> None:
        environment = self.stack.environment | {
            "DJANGO_SETTINGS_MODULE": "hazardmap.settings",
            "PATH": f"{self.stack.environment['PATH']}:/usr/sbin",
        }
        with (self.stack.logs / f"{part}.log").open("ab") as log:
            self.processes[part] = subprocess.Popen(
                command,
                cwd=REPOSITORY,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _end(self, part: str) -> None:
        process = self.processes.pop(part)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


def works(pid: int) -> bool:
    """Whether a process is there, and no zombie."""
    try:
        return bool(Path(f"/proc/{pid}/cwd").readlink())
    except OSError:
        return False


def redis_command(folder: Path) -> list[str]:
    socket = str(folder / "redis.sock")
    return ["redis-server", "--port", "0", "--unixsocket", socket, "--save", ""]


@contextmanager
def selling_site(folder: Path) -> Iterator[Site]:
    """Everything but the clients, on servers of its own."""
    place = Place(CLONE, CLONE, service_account())
    services = service_folder(place, f"test/kills-{uuid4().hex[:6]}")
    secrets = folder / "secrets"
    secrets.mkdir()
    cluster = Cluster(services, secrets, folder / "cluster.log", place.account, throwaway=True)
    redis = subprocess.Popen(
        redis_command(folder), stdout=subprocess.DEVNULL, start_new_session=True
    )
    before = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL")}
    with ExitStack() as ends:
        ends.callback(subprocess.run, ["rm", "-rf", services], check=False)
        cluster.start()
        ends.callback(cluster.stop)
        os.environ["DATABASE_URL"] = cluster.url
        os.environ["REDIS_URL"] = f"unix://{folder / 'redis.sock'}?db=0"
        ends.callback(os.environ.update, before)
        stack = ends.enter_context(started(folder, only=("web",)))
        made = stack.run(SETUP)
        site = Site(stack, cluster, folder, json.loads(made.splitlines()[-1]))
        ends.callback(site.stop)
        site.processes["redis"] = redis
        port = free_port()
        web = stack.url.removeprefix("http://")
        conf = ["--listen", f"127.0.0.1:{port}", "--web", web]
        stack.manage("nginx_config", *conf, "--out", str(folder / "nginx" / "nginx.conf"))
        site.nginx_url = f"http://127.0.0.1:{port}"
        site.start("nginx")
        site.start("shipper")
        yield site


def kill_order(kills: int, seed: int) -> list[str]:
    """Every part as often as any other, in an order of chance."""
    order = [PARTS[number % len(PARTS)] for number in range(kills)]
    random.Random(seed).shuffle(order)
    return order
