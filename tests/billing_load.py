"""A selling site under load, whose parts are killed: what did clients get, what counts?

Every client keeps what it has received whole; afterwards that is compared with the usage events.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
from django.conf import settings

from hazardmap.core.access.tile_token import signed
from tests.selling_site import Site
from tests.stack import wait_for

API_CLIENTS, TILE_CLIENTS = 4, 2
TILE = "hazards/14/9326/4742"


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
