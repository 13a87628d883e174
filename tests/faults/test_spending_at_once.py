"""A cap under many processes at once, and with a Redis that is killed in between.

The processes are forks of one that has loaded Django; each asks the whole API, as a web process
is asked, until it is refused, and what was served is counted from the usage logs.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from hazardmap.accounts.models import Organisation
from hazardmap.accounts.services import key_create
from hazardmap.billing.services import cap_set
from hazardmap.core.selling.usage import UsageRecord, records_of
from tests.billing_scene import NOW, month_of, sell
from tests.map_scene import put_hazard
from tests.stack import REPOSITORY, wait_for

pytestmark = pytest.mark.django_db(transaction=True)
PROCESSES = 8
PRICES = {
    "fee": "0",
    "discounts": [],
    "charges": [
        {
            "meter": "hazard",
            "model": "graduated",
            "tiers": [{"up_to": 500, "unit_price": "0.01"}, {"up_to": None, "unit_price": "0.003"}],
        }
    ],
}
BUYERS = """
import json, os, sys
from pathlib import Path
import django
told = json.loads(sys.argv[1])
django.setup()
from django.conf import settings
from django.test import Client
settings.USAGE_LOG = Path(told["usage"])
settings.DATABASES["default"]["NAME"] = told["database"]
settings.CACHES["default"] |= {"LOCATION": told["redis"], "KEY_PREFIX": told["usage"]}
settings.ALLOWED_HOSTS = ["testserver"]
import hazardmap.urls
headers = {"Authorization": "Bearer " + told["token"]}
go = Path(told["usage"]) / "go"
children = []
for number in range(told["processes"]):
    child = os.fork()
    if child == 0:
        counts = {}
        client = Client()
        while not go.exists():
            pass
        for asked in range(told["most"]):
            limit = 1 + (asked * 7 + number) % 5
            path = f"/api/v1/hazards?bbox=0,40,20,60&published=false&limit={limit}"
            status = client.get(path, headers=headers).status_code
            counts[status] = counts.get(status, 0) + 1
            if counts.get(told["until"], 0) >= 3:
                break
        (Path(told["usage"]) / f"{number}.counts").write_text(json.dumps(counts))
        os._exit(0)
    children.append(child)
go.touch()
for child in children:
    os.waitpid(child, 0)
"""


def buyers(token: str, *, redis: str, until: int, most: int) -> "subprocess.Popen[bytes]":
    """PROCESSES that ask until they have been answered `until` three times, at most so often."""
    usage = Path(settings.USAGE_LOG)
    usage.mkdir(exist_ok=True)
    told = {
        "usage": str(usage),
        "database": str(connection.settings_dict["NAME"]),
        "redis": redis,
        "token": token,
        "processes": PROCESSES,
        "until": until,
        "most": most,
    }
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "hazardmap.settings"}
    return subprocess.Popen(
        [sys.executable, "-c", BUYERS, json.dumps(told)], cwd=REPOSITORY, env=environment
    )


def served() -> list[UsageRecord]:
    """Every answer that is in the logs."""
    logs = Path(settings.USAGE_LOG).glob("*.usage")
    lines = [line for log in logs for line in log.read_text().splitlines()]
    return [record for line in lines for record in records_of(line)]


def statuses() -> dict[str, int]:
    found: dict[str, int] = {}
    for path in Path(settings.USAGE_LOG).glob("*.counts"):
        for status, count in json.loads(path.read_text()).items():
            found[status] = found.get(status, 0) + count
    return found


def capped(amount: str) -> str:
    """The token of a customer who may spend so much, with hazards to buy."""
    organisation_id, _ = sell(start=month_of(NOW).start, prices=PRICES)
    cap_set(organisation_id=organisation_id, amount=Decimal(amount))
    for number in range(5):
        put_hazard(number, 50)
    return key_create(organisation=Organisation.objects.get(pk=organisation_id), name="k").token


def spent_by(units: int) -> Decimal:
    return min(units, 500) * Decimal("0.01") + max(0, units - 500) * Decimal("0.003")


def test_eight_processes_at_once_do_not_pass_a_cap() -> None:
    """At most 1 % or 100 answers are allowed beyond it; there is none."""
    token = capped("5.30")  # 600 units
    assert buyers(token, redis=os.environ["REDIS_URL"], until=402, most=500).wait(120) == 0
    answers = served()
    units = sum(answer.quantity for answer in answers)
    assert len({answer.id for answer in answers}) == len(answers) == statuses()["200"]
    assert Decimal("5.28") < spent_by(units) <= Decimal("5.30")
    assert statuses()["402"] >= PROCESSES


@contextmanager
def redis_of_its_own(folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    command = ["redis-server", "--port", "0", "--unixsocket", str(folder / "r"), "--save", ""]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as redis:
        try:
            wait_for("Redis", (folder / "r").exists, timeout_s=20)
            yield redis
        finally:
            with suppress(ProcessLookupError):
                redis.kill()


def test_without_redis_buyers_are_served_a_little_and_not_far_beyond_their_cap(tmp_path) -> None:
    """kill -9 of Redis while eight processes sell: neither open nor closed.

    Each goes on from what it saw last. What others reserved after that may lie beyond the cap: by
    100 answers at most, as is promised; a few units in practice. Open they would sell three times
    the cap.
    """
    cap, answer = Decimal("7.40"), Decimal("0.015")  # 1300 units; five units of the later tier
    token = capped(str(cap))
    with redis_of_its_own(tmp_path) as redis:
        selling = buyers(token, redis=f"unix://{tmp_path}/r", until=402, most=400)
        wait_for("the first answers", lambda: len(served()) > 20, timeout_s=60)
        redis.send_signal(signal.SIGKILL)
        redis.wait(10)
        before = len(served())
        time.sleep(1.5)
        during = len(served())
        assert selling.wait(120) == 0
    assert during > before, "not closed"
    units = sum(one.quantity for one in served())
    assert spent_by(units) <= cap + 100 * answer, "not open"
    assert statuses()["402"] >= PROCESSES, "each came to the cap"
    assert set(statuses()) <= {"200", "402", "429"}
