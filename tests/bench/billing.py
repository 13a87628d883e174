"""How long a month of 100 million answers takes to be rated and drafted, and an hour to be summed.

Run by `make bench-billing`, or small: python -m tests.bench.billing --answers 1000000 --customers 4
"""

import argparse
import os
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hazardmap.settings")
django.setup()

from django.conf import settings
from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from hazardmap.accounts.models import Organisation
from hazardmap.accounts.services import key_create
from hazardmap.billing.models import Invoice, InvoiceLine
from hazardmap.billing.selectors import customers_until
from hazardmap.billing.services import invoice_draft, invoice_finalise
from hazardmap.core.selling.usage import Meter, UsageRecord
from hazardmap.metering.models import UsageEvent, UsageHour
from hazardmap.metering.services import (
    usage_record,
    usage_roll_between,
    usage_ship,
)
from hazardmap.platform.partitions import first_id_of, make_partitions
from tests.bench.database import empty_database
from tests.bench.figures import BENCHMARKS, Figure, put
from tests.billing_scene import LAST, sell

KEYS = 2
LINES = 50_000
METERS = ("tile", "hazard", "route")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=100_000_000, help="of the month")
    parser.add_argument("--hour", type=int, default=1_000_000, help="answers of the hour")
    parser.add_argument("--customers", type=int, default=100, help="with two keys each")
    options = parser.parse_args()
    with empty_database():
        figures = [_month(options.answers, options.customers), _hour(options.hour), _load()]
    for figure in figures:
        print(f"{figure['measure']}: {figure['value']} {figure['unit']} ({figure['note']})")
    put(BENCHMARKS / "billing.json", figures)


class Clock:
    """Stops seconds by the clock, and of a core by this process and its server process together.

    The latter does not change when others use the machine.
    """

    def __init__(self) -> None:
        self._wall, self._core = time.perf_counter(), self._now()

    def stop(self) -> tuple[float, float]:
        return time.perf_counter() - self._wall, self._now() - self._core

    @staticmethod
    def _now() -> float:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            stat = Path(f"/proc/{cursor.fetchone()[0]}/stat").read_text()
        ticks = sum(map(int, stat.rpartition(")")[2].split()[11:13]))
        return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def _month(answers: int, customers: int) -> Figure:
    """Draft and finalise the month of all customers from their roll-ups."""
    keys = []
    for _ in range(customers):
        organisation_id, first = sell(start=LAST.start)
        organisation = Organisation.objects.get(pk=organisation_id)
        more = [key_create(organisation=organisation, name="more").kid for _ in range(KEYS - 1)]
        keys += [first, *more]
    hours = LAST.length_s // 3600
    each = answers // (len(keys) * len(METERS) * hours)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO metering_usagehour (key_id, hour, meter, quantity, answers) "
            "SELECT key, %s + hour * interval '1 hour', meter, %s, %s "
            "FROM unnest(%s::text[]) AS key, unnest(%s::text[]) AS meter, "
            "generate_series(0, %s) AS hour",
            [LAST.start, each, each, keys, list(METERS), hours - 1],
        )
        cursor.execute("ANALYZE metering_usagehour")
    rows = UsageHour.objects.count()
    drafting = Clock()
    drafts = [
        invoice_draft(customer_id=customer_id, month=LAST)
        for customer_id in customers_until(LAST.end)
    ]
    taken_s, core_s = drafting.stop()
    finalising = Clock()
    for draft in drafts:
        assert draft is not None
        invoice_finalise(invoice_id=draft.id)
    final_s, final_core_s = finalising.stop()
    billed = InvoiceLine.objects.aggregate(sum=Sum("quantity"))["sum"]
    assert billed == each * rows
    assert Invoice.objects.filter(state="finalised").count() == customers
    note = (
        f"{billed} answers in {rows} roll-ups of {len(keys)} keys drafted for {customers} "
        f"customers in {core_s:.1f} s of a core; finalised in another {final_s:.1f} s, "
        f"{final_core_s:.1f} s of a core"
    )
    return Figure(measure="rate_100m_s", value=round(taken_s, 1), unit="s", note=note)


def _hour(answers: int) -> Figure:
    """Sum one hour anew from its events."""
    hour = LAST.start + timedelta(days=9)
    make_partitions(hour)
    first = first_id_of(hour).int >> 64  # 48 bits of milliseconds, then zeros
    with connection.cursor() as cursor:
        # Ids in the order of time, and random within it, as requests give them.
        cursor.execute(
            "INSERT INTO metering_usageevent "
            "(id, key_id, meter, quantity, at, request_id, subject, hazards) "
            "SELECT encode(int8send(%s + ((n::bigint * 3600000 / %s) << 16)) || substr(uuid_send("
            "gen_random_uuid()), 9), 'hex')::uuid, 'k' || n %% 200, 'tile', 1, "
            "%s + n * interval '1 hour' / %s, n, 'hazards/14/9327/4742', '[]' "
            "FROM generate_series(0, %s) AS n",
            [first, answers, hour, answers, answers - 1],
        )
        cursor.execute("ANALYZE metering_usageevent")
    summing = Clock()
    done = list(usage_roll_between(hour, hour + timedelta(hours=1)))
    taken_s, core_s = summing.stop()
    assert done == [hour]
    assert UsageEvent.objects.count() == answers
    summed = UsageHour.objects.filter(hour=hour, key_id__startswith="k")
    assert summed.aggregate(sum=Sum("quantity"))["sum"] == answers
    note = f"an hour of {answers} answers of 200 keys, counted anew in {core_s:.2f} s of a core"
    return Figure(measure="rollup_1m_s", value=round(taken_s, 2), unit="s", note=note)


def _load() -> Figure:
    """Load a log of tiles, as the shipper does every two seconds."""
    with tempfile.TemporaryDirectory() as folder:
        settings.USAGE_LOG, now = Path(folder), timezone.now()
        for number in range(LINES):
            usage_record(UsageRecord("k" * 16, Meter.TILE, 1, now, str(number), "hazards/14/1/2"))
        loading = Clock()
        assert usage_ship() == LINES
        taken_s, core_s = loading.stop()
    note = f"{LINES} lines in {taken_s:.1f} s; of shipper and PostgreSQL, beside answering"
    return Figure(measure="load_line", value=round(core_s / LINES * 1e6), unit="µs", note=note)


if __name__ == "__main__":
    main()
