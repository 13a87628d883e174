"""The only writer of the ledger."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Q

from hazardmap.core.selling.pricing.money import Currency
from hazardmap.rewards.models import Account, Booking, Entry


class Ledger(NamedTuple):
    """An account by what it is for. witness: None unless it is a contributor's."""

    kind: Account.Kind
    witness: int | None
    currency: Currency


class LedgerConflict(Exception):
    """The same movement is booked already, with other amounts."""


@transaction.atomic
def ledger_book(
    *, reference: str, entries: Mapping[Ledger, int], inputs: Mapping[str, Any]
) -> bool:
    """Book a movement once; False where the same is booked already. Zero amounts are left out.

    Raises LedgerConflict where it is booked with other amounts, and the database's error where
    the entries do not sum to zero.
    """
    wanted = {ledger: amount for ledger, amount in entries.items() if amount}
    booking, new = Booking.objects.get_or_create(
        reference=reference, defaults={"inputs": dict(inputs)}
    )
    if not new:
        if entries_of(booking) != wanted:
            raise LedgerConflict(f"{reference} is booked already, with other amounts")
        return False
    accounts = _accounts(list(wanted))
    Entry.objects.bulk_create(
        Entry(booking=booking, account_id=accounts[ledger], amount_micro=amount)
        for ledger, amount in wanted.items()
    )
    return True


def ledger_lock() -> None:
    """Until the transaction ends nobody else takes from what contributors have earned."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE rewards_payoutrun IN SHARE ROW EXCLUSIVE MODE")


def entries_of(booking: Booking) -> dict[Ledger, int]:
    rows = booking.entries.select_related("account")
    return {_ledger(row.account): row.amount_micro for row in rows}


def _accounts(ledgers: list[Ledger]) -> dict[Ledger, int]:
    Account.objects.bulk_create(
        (Account(kind=kind, witness=who, currency=currency) for kind, who, currency in ledgers),
        ignore_conflicts=True,
    )
    own = [ledger.witness for ledger in ledgers if ledger.witness is not None]
    rows = Account.objects.filter(
        Q(witness__in=own) | Q(witness=None), currency__in={ledger.currency for ledger in ledgers}
    )
    return {_ledger(row): row.pk for row in rows}


def _ledger(row: Account) -> Ledger:
    return Ledger(Account.Kind(row.kind), row.witness, Currency(row.currency))
