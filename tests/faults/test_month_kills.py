"""The end of a month is killed again and again: all is billed and shared as if done at once."""

import random
from contextlib import suppress
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from hazardmap.billing.models import CreditUse, Invoice, InvoiceLine
from hazardmap.rewards.models import Booking, Entry
from hazardmap.rewards.payout_models import Payout, PayoutRun, PayoutTarget
from hazardmap.rewards.selectors import balances
from tests.billing_scene import BEFORE, granted, sell, serve
from tests.faults.killed import is_killed
from tests.payout_scene import driver
from tests.told_scene import put_told, told

MONTH = f"{BEFORE.start:%Y-%m}"
HOUR = timedelta(hours=1)
MOST_KILLS = 200


@pytest.fixture
def sold(transactional_db, monkeypatch):
    """Three buyers, one of whom has paid in advance, of what three contributors have told."""
    settled = timezone.now() - timedelta(days=15)
    for model in (Booking, Entry):
        monkeypatch.setattr(model._meta.get_field("at"), "_get_default", lambda: settled)
    drivers = [driver(name) for name in ("Ann", "Bo", "Cy")]
    PayoutTarget.objects.update(set_at=settled)
    first = BEFORE.start + HOUR
    trail = [
        told(user.witness, 0.1, 0.6 + 0.1 * number, at=first + number * HOUR)
        for number, user in enumerate(drivers)
    ]
    hazards = tuple(put_told([trail, trail[:2], trail[1:]]))
    for number in range(3):
        organisation_id, key = sell()
        for day in (3, 4):
            serve(key, BEFORE, units=3 + number, hazards=hazards, day=day)
    granted(organisation_id, 7)


def month_end() -> None:
    """What an operator types, from the beginning."""
    call_command("bill_month", MONTH, finalise=True, verbosity=0)
    for invoice_id in Invoice.objects.values_list("id", flat=True).order_by("number"):
        call_command("invoice", str(invoice_id), paid=True)
    for _divided_and_judged_again in range(2):
        call_command("share_month", MONTH)
    with suppress(CommandError):  # there is nobody to pay any more
        call_command("payout", "prepare", "--at-least=1")
    for run_id in PayoutRun.objects.values_list("id", flat=True):
        call_command("payout", "paid", str(run_id))


def books() -> dict[str, list[tuple[object, ...]]]:
    """Everything that is somebody's money; without ids, which differ."""
    lines = InvoiceLine.objects.order_by("invoice__number", "position")
    return {
        "invoices": list(
            Invoice.objects.order_by("number").values_list(
                *("number", "state", "customer", "net_micro", "total_micro"),
                "paid_by_credit_micro",
            )
        ),
        "lines": list(
            lines.values_list("invoice__number", "kind", "of", "quantity", "amount_micro")
        ),
        "credit": list(CreditUse.objects.values_list("invoice__number", "amount_micro")),
        "ledger": sorted((str(b.kind), b.witness or 0, b.amount_micro) for b in balances()),
        "payouts": sorted(Payout.objects.values_list("witness", "amount_micro", "state")),
    }


def test_a_month_that_ends_in_pieces_is_billed_and_shared_once(sold, capsys) -> None:
    with transaction.atomic():
        month_end()
        at_once = books()
        transaction.set_rollback(True)
    assert [row[0] for row in at_once["invoices"]] == [1, 2, 3]
    assert {state for *_, state in at_once["payouts"]} == {"paid"}
    assert books()["invoices"] == []
    dice, kills = random.Random(1), 0
    while is_killed(month_end, dice.randrange(1, 20 + 4 * kills)):
        kills += 1
        assert kills < MOST_KILLS
    assert kills > 10
    assert books() == at_once
    month_end()
    assert books() == at_once
