"""Usage by the hour is the recount of its events, whenever and in whatever order they came."""

import random
from datetime import timedelta
from importlib import import_module

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, Sum
from django.db.models.functions import TruncHour
from django.utils import timezone

from hazardmap.core.full_times import hour_of
from hazardmap.core.selling.usage import Meter, UsageRecord
from hazardmap.metering.models import HourToRoll, UsageEvent, UsageHour
from hazardmap.metering.selectors import usage_by_hour, usage_in_hour, usage_total
from hazardmap.metering.services import usage_record, usage_roll, usage_ship
from tests.at_once import at_once

NOW = hour_of(timezone.now())


def served(number: int, dice: random.Random) -> UsageRecord:
    at = NOW - timedelta(seconds=dice.randrange(5 * 3600))
    key, meter = dice.choice("ab"), dice.choice([Meter.TILE, Meter.HAZARD])
    return UsageRecord(key, meter, dice.randrange(1, 9), at, f"r{number}", "subject")


def rolled() -> set[tuple[object, ...]]:
    return set(UsageHour.objects.values_list("key_id", "hour", "meter", "quantity", "answers"))


def recount() -> set[tuple[object, ...]]:
    sums = UsageEvent.objects.annotate(hour=TruncHour("at")).values("key_id", "hour", "meter")
    counted = sums.annotate(units=Sum("quantity"), answers=Count("id"))
    return set(counted.values_list("key_id", "hour", "meter", "units", "answers"))


@pytest.mark.django_db
def test_hours_equal_the_recount_however_late_the_events_come():
    dice = random.Random(4)
    for batch in range(6):
        for number in range(20):
            usage_record(served(100 * batch + number, dice))
        usage_ship()
        if batch % 2:
            usage_roll()
            assert rolled() == recount()
            assert not HourToRoll.objects.exists()
    assert usage_roll() == 0, "nothing has come since"
    keys = ("a", "b")
    totals = usage_total(keys, start=NOW - timedelta(hours=5), end=NOW)
    assert sum(totals.values()) == UsageEvent.objects.aggregate(s=Sum("quantity"))["s"]
    hours = usage_by_hour(keys, Meter.TILE, start=NOW - timedelta(hours=5), end=NOW)
    for hour in hours:
        behind = usage_in_hour(hour.key_id, Meter.TILE, hour.hour)
        assert sum(event.quantity for event in behind) == hour.quantity
    assert sum(hour.quantity for hour in hours) == totals[Meter.TILE]


@pytest.mark.django_db
def test_a_command_sums_anew_what_was_tampered_with(capsys):
    usage_record(served(1, random.Random(1)))
    usage_ship()
    usage_roll()
    UsageHour.objects.update(quantity=1000)
    UsageHour.objects.create(key_id="z", hour=NOW, meter="tile", quantity=1, answers=1)
    call_command("roll_usage", f"--since={(NOW - timedelta(days=1)).date().isoformat()}")
    assert "hours summed anew" in capsys.readouterr().out
    assert rolled() == recount()
    for wrong in ("yesterday", "2999-01-01"):
        with pytest.raises(CommandError, match=f"{wrong}: must"):
            call_command("roll_usage", f"--since={wrong}")


@pytest.mark.django_db(transaction=True)
def test_what_is_shipped_while_others_sum_is_summed_the_next_time(monkeypatch):
    dice = random.Random(2)
    for number in range(50):
        usage_record(served(number, dice))
    module = import_module("hazardmap.metering.services.usage_ship")
    monkeypatch.setattr(module, "CHUNK_BYTES", 500)
    at_once(usage_ship, usage_roll, usage_roll, usage_ship, usage_roll)
    usage_roll()
    assert rolled() == recount()
    assert UsageEvent.objects.count() == 50
