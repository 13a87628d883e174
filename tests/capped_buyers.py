"""Buyers with a cap who ask all at once, and what they were served."""

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.db import connection

from hazardmap.accounts.models import Organisation
from hazardmap.accounts.services import key_create
from hazardmap.billing.services import cap_set
from hazardmap.core.selling.pricing.period import month_of
from hazardmap.core.selling.usage import UsageRecord, records_of
from tests.billing_scene import NOW, sell
from tests.map_scene import put_hazard
from tests.stack import REPOSITORY

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
