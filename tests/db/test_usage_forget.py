"""The answers of a month go when nothing of it is left to do; their sums stay."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client

from hazardmap.accounts.models import Organisation, User
from hazardmap.billing.services import invoice_draft, invoice_finalise, invoice_pay
from hazardmap.closing.month_share import Outcome, month_share
from hazardmap.closing.tasks import forget_usage
from hazardmap.closing.usage_forget import old_usage_forget
from hazardmap.core.access.roles import Role
from hazardmap.core.selling.pricing.period import month_of
from hazardmap.metering.models import HourToRoll, UsageEvent, UsageHour
from hazardmap.metering.services import usage_roll_between
from hazardmap.platform.ids import new_id
from hazardmap.platform.partitions import make_partitions, month_after, partition_name
from hazardmap.rewards.selectors import HELD_BACK
from tests.account_scene import member, signed_in
from tests.at_once import in_thread_of_its_own
from tests.billing_scene import NOW, customer_of, sell, serve

TABLE = UsageEvent._meta.db_table
OLD = month_of(month_after(NOW, -13))
LATER = NOW + HELD_BACK + timedelta(days=1)


def sold(**prices):
    """An organisation, and its invoice for a year ago, which is paid."""
    organisation_id, key = sell(OLD.start, prices=prices)
    make_partitions(OLD.start, [TABLE])
    serve(key, OLD, units=60_000, hazards=(new_id(),))
    return Organisation.objects.get(pk=organisation_id), key


def forgotten(now=NOW):
    return OLD in old_usage_forget(now)


@pytest.mark.django_db
def test_a_month_goes_when_all_of_it_is_invoiced_paid_and_divided():
    organisation, _key = sold()
    assert not forgotten(), "nothing is invoiced"
    draft = invoice_draft(customer_id=customer_of(organisation.pk).pk, month=OLD)
    assert not forgotten(), "it may become another"
    invoice = invoice_finalise(invoice_id=draft.pk)
    assert not forgotten(), "nobody has paid"
    invoice_pay(invoice_id=invoice.pk)
    assert not forgotten(), "it is not divided"
    assert [outcome for _, outcome in month_share(OLD, NOW)] == [Outcome.DIVIDED]
    assert [outcome for _, outcome in month_share(OLD, NOW)] == [Outcome.AS_BEFORE]
    assert not forgotten(), "what proves false may still be taken back"
    HourToRoll.objects.create(hour=OLD.start)
    assert not forgotten(LATER), "it was not judged again"
    assert [outcome for _, outcome in month_share(OLD, LATER)] == [Outcome.AS_BEFORE]
    assert not forgotten(LATER), "an answer came late and is not summed yet"
    HourToRoll.objects.all().delete()
    assert UsageEvent.objects.count() == 1
    assert forgotten(LATER)
    assert not UsageEvent.objects.exists()
    assert not forgotten(LATER)


@pytest.mark.django_db
def test_what_is_left_of_it_is_its_sums_and_all_say_so(settings, capsys):
    organisation, key = sold(contributors_percent="0")
    draft = invoice_draft(customer_id=customer_of(organisation.pk).pk, month=OLD)
    invoice = invoice_finalise(invoice_id=draft.pk)
    invoice_pay(invoice_id=invoice.pk)
    sums = list(UsageHour.objects.values())
    assert not forgotten(month_after(NOW, -1)), "a year was not over"
    forget_usage()
    assert not UsageEvent.objects.exists(), "of nothing nobody gets a share"
    assert list(usage_roll_between(OLD.start, OLD.start + timedelta(days=4)))
    assert list(UsageHour.objects.values()) == sums
    for log in settings.USAGE_LOG.iterdir():
        log.unlink()  # after two hours, by who loads them
    call_command("reconcile", f"{OLD.start:%Y-%m}")
    assert "the answers of this month are forgotten" in capsys.readouterr().out
    line = invoice.lines.get(quantity=60_000)
    client = signed_in(member(organisation, Role.OWNER))
    page = f"/portal/{organisation.pk}/invoices/{invoice.pk}/{line.position}"
    (hour,) = line.hours.all()
    opened = client.get(f"{page}/", {"key": key, "hour": f"{hour.hour:%Y-%m-%dT%H}"})
    assert "no longer kept" in opened.content.decode()
    file = b"".join(client.get(f"{page}.csv")).decode()
    (row,) = csv.DictReader(io.StringIO(file, newline=""))
    assert (row["key"], row["units"], row["request"]) == (key, "60000", "")
    boss = Client()
    boss.force_login(User.objects.create_superuser("boss@hazardmap.example", None))
    asked = {"key": key, "hour": hour.hour.isoformat()}
    shown = boss.get(f"/admin/billing/invoice/{invoice.pk}/line/{line.pk}/", asked)
    assert "no longer kept" in shown.content.decode()


@pytest.fixture
def months() -> Iterator[None]:
    """Tables of a year ago, which are away again afterwards."""
    make_partitions(OLD.start, [TABLE])
    yield
    with connection.cursor() as cursor:
        for offset in range(-1, 3):
            name = partition_name(TABLE, month_after(OLD.start, offset))
            cursor.execute(f'DROP TABLE IF EXISTS "{name}"')


@pytest.mark.django_db(transaction=True)
def test_who_reads_for_long_keeps_a_month_until_the_next_night(months: None) -> None:
    def forget() -> list[object]:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
        return list(old_usage_forget(NOW))

    with transaction.atomic():
        assert not UsageEvent.objects.exists()
        assert in_thread_of_its_own(forget) == []
    assert old_usage_forget(NOW)[-1] == OLD
