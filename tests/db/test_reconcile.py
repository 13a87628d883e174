"""What was served, summed and billed is compared, and every difference is named."""

import os

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from django.utils.module_loading import import_string

from hazardmap.billing.models import Subscription
from hazardmap.core.full_times import hour_of
from hazardmap.core.selling.usage import Meter, UsageRecord
from hazardmap.metering.models import UsageEvent, UsageHour
from hazardmap.metering.services import usage_record, usage_roll, usage_roll_between, usage_ship
from tests.billing_scene import BEFORE, LAST, sell, serve

MONTH = f"{BEFORE.start:%Y-%m}"


def said(capsys) -> str:
    call_command("reconcile", MONTH)
    return str(capsys.readouterr().out)


@pytest.mark.django_db
def test_every_difference_is_named_and_faults_fail(capsys):
    _, key = sell()
    serve(key, BEFORE, units=500)
    serve("stranger", BEFORE, units=5)
    assert said(capsys).splitlines()[0] == "note: stranger belongs to no customer and was served"
    call_command("bill_month", MONTH, finalise=True)
    capsys.readouterr()
    assert len(said(capsys).splitlines()) == 2, "all that was served to the customer is billed"
    serve(key, BEFORE, units=30)
    assert "530 served, 500 billed, the rest is on the next invoice" in said(capsys)
    UsageHour.objects.filter(key_id=key).update(quantity=529)
    with pytest.raises(CommandError, match=f"1 differences in {MONTH}"):
        said(capsys)
    assert "530 served, 529 summed" in capsys.readouterr().out
    UsageEvent.objects.filter(key_id=key, quantity=500).delete()
    list(usage_roll_between(BEFORE.start, BEFORE.end))
    with pytest.raises(CommandError, match="2 differences"):
        said(capsys)
    shown = capsys.readouterr().out
    assert "30 served, 500 billed" in shown
    assert "and not among the events" in shown


@pytest.mark.django_db
def test_a_log_that_nobody_loads_and_usage_without_a_subscription(settings, capsys):
    _, key = sell()
    Subscription.objects.update(end=LAST.start)
    serve(key, LAST, units=7)
    call_command("reconcile", f"{LAST.start:%Y-%m}")
    assert "7 served, 0 billed, there was no subscription" in capsys.readouterr().out
    broken = settings.USAGE_LOG / "2026-01-01T00-host-1.broken"
    broken.write_text("{")
    os.utime(broken, times=(0, 0))
    with pytest.raises(CommandError, match="1 differences"):
        said(capsys)
    assert "2026-01-01T00-host-1.broken is not loaded" in capsys.readouterr().out
    with pytest.raises(CommandError, match="2026-13: must be a month"):
        call_command("reconcile", "2026-13")


@pytest.mark.django_db
def test_what_stands_in_a_log_and_is_no_event(capsys):
    now = timezone.now()
    for number in (1, 2):
        usage_record(UsageRecord("k", Meter.TILE, number, now, f"r{number}", "hazards/1/1/1"))
    usage_ship()
    call_command("reconcile", MONTH)
    UsageEvent.objects.filter(request_id="r2").delete()
    with pytest.raises(CommandError, match="1 differences"):
        call_command("reconcile", MONTH)
    assert "2 of tile to k (r2) stand in the log" in capsys.readouterr().out


@pytest.mark.django_db
def test_a_fault_of_this_month_is_an_error_in_the_log_every_night(settings, caplog):
    task = settings.CELERY_BEAT_SCHEDULE["compare what was served"]["task"]
    import_string(task)()
    assert not caplog.records
    hour = hour_of(timezone.now())
    UsageHour.objects.create(key_id="k", hour=hour, meter="tile", quantity=1, answers=1)
    import_string(task)()
    assert "k tile: 0 served, 1 summed" in caplog.text


@pytest.mark.django_db
def test_what_was_loaded_just_now_and_is_about_to_be_summed_is_no_fault(settings, caplog):
    usage_record(UsageRecord("k", Meter.TILE, 1, timezone.now(), "r", "hazards/1/1/1"))
    usage_ship()
    task = import_string(settings.CELERY_BEAT_SCHEDULE["compare what was served"]["task"])
    task()
    assert not caplog.records
    usage_roll()
    UsageHour.objects.update(quantity=2)
    task()
    assert "1 served, 2 summed" in caplog.text
