"""The contributors' ledger: balanced whatever happens, append-only."""

import random
import tracemalloc

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Sum

from hazardmap.core.selling.pricing.money import Currency
from hazardmap.platform.ids import new_id
from hazardmap.rewards.models import Account, Booking, Entry
from hazardmap.rewards.selectors import (
    balances,
    statement,
)
from hazardmap.rewards.services import (
    Ledger,
    LedgerConflict,
    ledger_book,
    share_set_aside,
    share_split,
    share_take_back,
)
from hazardmap.rewards.statement_text import statement_text
from tests.at_once import at_once

HELD = Ledger(Account.Kind.HELD, None, Currency.EUR)
BILLING = Ledger(Account.Kind.BILLING, None, Currency.EUR)


def amounts():
    return {(row.kind, row.witness): row.amount_micro for row in balances()}


@pytest.mark.django_db
def test_any_sequence_of_movements_leaves_the_ledger_balanced():
    dice = random.Random(5)
    lines = [new_id() for _ in range(6)]
    amount = {line: dice.randrange(10**7) for line in lines}
    set_aside = set()
    for _ in range(40):
        line = dice.choice(lines)
        match dice.randrange(3):
            case 0:
                share_set_aside(line_id=line, amount_micro=amount[line], currency=Currency.EUR)
                set_aside.add(line)
            case 1 if line in set_aside:
                weights = {w: dice.randrange(1, 99) for w in (None, 1, 2, 3)}
                share_split(line_id=line, weights=weights)
            case 2 if dice.random() < 0.3:
                share_take_back(line_id=line)
        sums = Entry.objects.values("booking").annotate(sum=Sum("amount_micro"))
        assert all(row["sum"] == 0 for row in sums)
    assert sum(amounts().values()) == 0
    assert amounts()["contributor", 1] == sum(line.amount_micro for line in statement(1))


@pytest.mark.django_db
def test_the_database_refuses_what_does_not_balance_or_changes():
    unbalanced = {HELD: 5, BILLING: -4}
    in_two_currencies = {HELD: 5, BILLING._replace(currency=Currency.USD): -5}
    for entries in (unbalanced, in_two_currencies):
        with pytest.raises(DatabaseError, match="do not sum to zero"), transaction.atomic():
            ledger_book(reference="wrong", entries=entries, inputs={})
    assert not Booking.objects.exists()
    assert ledger_book(
        reference="other",
        entries={
            HELD._replace(currency=Currency.USD): 5,
            BILLING._replace(currency=Currency.USD): -5,
        },
        inputs={},
    )
    right = {HELD: 5, BILLING: -5}
    assert ledger_book(reference="right", entries=right, inputs={})
    assert not ledger_book(reference="right", entries=right, inputs={})
    with pytest.raises(LedgerConflict, match="right is booked already"):
        ledger_book(reference="right", entries={HELD: 6, BILLING: -6}, inputs={})
    with (
        pytest.raises(DatabaseError, match="do not sum to zero"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO rewards_entry (booking_id, account_id, amount_micro, at) "
            "SELECT booking.id, account.id, 1, now() FROM rewards_booking AS booking, "
            "rewards_account AS account WHERE currency = 'USD' AND reference = 'right'"
        )


@pytest.mark.django_db
def test_a_statement_of_large_sales_is_written_as_it_is_read():
    weights = dict.fromkeys(range(1, 1001), 1)
    for _ in range(60):
        line = new_id()
        share_set_aside(line_id=line, amount_micro=10**6, currency=Currency.EUR)
        share_split(line_id=line, weights=weights)
    tracemalloc.start()
    text_length = sum(map(len, statement_text(7)))
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert text_length > 60 * 12_000
    assert most < 3_000_000


@pytest.mark.django_db(transaction=True)
def test_a_movement_booked_at_once_is_booked_once():
    line = new_id()

    def set_aside() -> bool:
        return share_set_aside(line_id=line, amount_micro=7, currency=Currency.EUR)

    assert sorted(at_once(*[set_aside] * 5)) == [False] * 4 + [True]
    assert amounts() == {("billing", None): -7, ("held", None): 7}
