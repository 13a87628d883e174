"""A selling site of its own under load, whose parts are killed: what did clients get, what counts?

Web server (API and tiles), nginx, the shipper of usage, Redis and a PostgreSQL cluster run as
processes that can be killed at any moment and come back. Every client keeps what it has received
whole; afterwards that is compared with the usage events.
"""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx
from django.conf import settings

from deploy.bootstrap.account import service_account
from deploy.bootstrap.place import CLONE, Place, service_folder
from deploy.bootstrap.postgres import Cluster
from hazardmap.core.tile_token import signed
from tests.stack import REPOSITORY, Stack, free_port, started, wait_for

PARTS = ("web", "nginx", "shipper", "redis", "postgres")
API_CLIENTS, TILE_CLIENTS = 4, 2
TILE = "hazards/14/9326/4742"
SETUP = """
import json, django
django.setup()
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
class Got:
    """What clients of one tier received whole. failed: requests without a whole answer."""

    answers: dict[str, int] = field(default_factory=dict)
    count: int = 0
    failed: int = 0
    statuses: Counter[int] = field(default_factory=Counter)


@dataclass(frozen=True)
class Outcome:
    """lost: received and not counted, beyond what is allowed. doubled: counted twice.

    extra: counted and not received, at most the requests in flight. short: answers of nginx that
    are not counted, at most those in flight when it was killed.
    """

    kills: int
    received: int
    lost: int
    doubled: int
    extra: int
    short: int
    by_part: dict[str, int]


@dataclass
class Site:
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
        made = subprocess.run(
            [sys.executable, "-c", SETUP],
            cwd=REPOSITORY,
            env=stack.environment | {"DJANGO_SETTINGS_MODULE": "hazardmap.settings"},
            capture_output=True,
            check=True,
        )
        site = Site(stack, cluster, folder, json.loads(made.stdout.splitlines()[-1]))
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


def ask_until(
    over: threading.Event, url: str, headers: dict[str, str], got: Got, lock: threading.Lock
) -> None:
    """One client of one tier."""
    with httpx.Client(timeout=20, headers=headers) as client:
        while not over.is_set():
            try:
                answer = client.get(url)
                whole = answer.status_code == httpx.codes.OK and bool(answer.content)
            except httpx.TransportError:
                answer, whole = None, False
            with lock:
                got.count += whole
                got.failed += not whole
                got.statuses[answer.status_code if answer else 0] += 1
                if whole and answer is not None and "X-Request-Id" in answer.headers:
                    got.answers[answer.headers["X-Request-Id"]] = answer.json()["cost"]["units"]
            time.sleep(0.002 if whole else 0.1)


def run(site: Site, *, kills: list[str], pause_s: Callable[[], float]) -> Outcome:
    """Sell to eight clients while these parts are killed one after the other, and compare."""
    now, lock, over = datetime.now(UTC), threading.Lock(), threading.Event()
    got = {tier: Got() for tier in ("api", "web", "nginx")}
    address = {
        tier: signed(site.keys[tier], "hazards", secret=settings.TILE_SECRETS[0], now=now).path()
        for tier in ("web", "nginx")
    }
    box = "/api/v1/hazards?bbox=24,60,25,61&published=false&limit=7"
    urls = {
        "api": site.stack.url + box,
        "web": f"{site.stack.url}/t/{address['web']}/{TILE}.mvt",
        "nginx": f"{site.nginx_url}/t/{address['nginx']}/{TILE}.mvt",
    }
    headers = {"api": {"Authorization": f"Bearer {site.keys['token']}"}}
    tiers = ["api"] * API_CLIENTS + ["web"] * TILE_CLIENTS + ["nginx"] * TILE_CLIENTS
    clients = [
        threading.Thread(
            target=ask_until, args=(over, urls[tier], headers.get(tier, {}), got[tier], lock)
        )
        for tier in tiers
    ]
    for client in clients:
        client.start()
    try:
        for part in kills:
            time.sleep(pause_s())
            site.kill(part)
            site.start(part)
        counts = {tier: one.count for tier, one in got.items()}
        wait_for(
            "all tiers to sell again",
            lambda: all(one.count > counts[tier] for tier, one in got.items()),
            timeout_s=60,
        )
    except AssertionError as error:
        seen = {tier: one.statuses for tier, one in got.items()}
        raise AssertionError(f"{error}: {seen}") from error
    finally:
        over.set()
        for client in clients:
            client.join(60)
    return compared(site, got)


def compared(site: Site, got: dict[str, Got]) -> Outcome:
    """Load what is left, and hold it against what clients have."""
    site.kill("shipper")
    site.killed["shipper"] -= 1
    site.start("shipper")
    wanted = got["web"].count

    def loaded() -> bool:
        return len(events(site, "web")) >= wanted and not waiting(site)

    wait_for("the logs to be loaded", loaded, timeout_s=60)
    site.stack.manage("roll_usage")
    site.stack.manage("reconcile")
    api, web, nginx = (events(site, tier) for tier in ("api", "web", "nginx"))
    billed = dict(api)
    received = got["api"].answers
    lost = sum(billed.get(id_) != units for id_, units in received.items())
    lost += max(0, got["web"].count - len(web))
    in_flight = site.killed["nginx"] * TILE_CLIENTS
    short = max(0, got["nginx"].count - len(nginx))
    doubled = len(api) - len(billed) + max(0, len(billed) - len(received) - got["api"].failed)
    doubled += max(0, len(web) - got["web"].count - got["web"].failed)
    doubled += max(0, len(nginx) - got["nginx"].count - got["nginx"].failed)
    return Outcome(
        kills=site.killed.total(),
        received=sum(one.count for one in got.values()),
        lost=lost + max(0, short - in_flight),
        doubled=doubled,
        extra=len(billed) - len(received) + max(0, len(web) - got["web"].count),
        short=short,
        by_part=dict(site.killed),
    )


def events(site: Site, tier: str) -> list[tuple[str, int]]:
    """Request and units of what is counted of a tier's key."""
    statement = "SELECT request_id, quantity FROM metering_usageevent WHERE key_id = %s"
    return [(str(row[0]), int(row[1])) for row in site.stack.query(statement, site.keys[tier])]


def waiting(site: Site) -> bool:
    """Whether a log holds more than was loaded."""
    rows = site.stack.query('SELECT name, "offset" FROM metering_usagesegment')
    offsets = {str(name): int(offset) for name, offset in rows}
    logs = (site.folder / "usage").glob("*.usage")
    return any(log.stat().st_size > offsets.get(log.name, 0) for log in logs)


def kill_order(kills: int, seed: int) -> list[str]:
    """Every part as often as any other, in an order of chance."""
    order = [PARTS[number % len(PARTS)] for number in range(kills)]
    random.Random(seed).shuffle(order)
    return order
