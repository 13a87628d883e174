"""Reads: balances, and what a contributor's balance is made of."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Sum

from hazardmap.core.pricing.money import Currency
from hazardmap.rewards.models import Account, Booking, Entry
from hazardmap.rewards.references import SPLIT, reference


class Balance(NamedTuple):
    """witness: None unless it is a contributor's."""

    kind: str
    witness: int | None
    currency: Currency
    amount_micro: int


class StatementLine(NamedTuple):
    """One movement of a contributor's balance. inputs: what the amount follows from."""

    at: datetime
    reference: str
    currency: Currency
    amount_micro: int
    inputs: dict[str, Any]


def balances() -> list[Balance]:
    """Of every account; they sum to zero in each currency."""
    sums = Account.objects.annotate(sum=Sum("entries__amount_micro", default=0))
    ordered = sums.order_by("currency", "kind", "witness")
    return [Balance(row.kind, row.witness, Currency(row.currency), int(row.sum)) for row in ordered]


def is_split(line_id: UUID) -> bool:
    """Whether the share of an invoice's line has been divided."""
    return Booking.objects.filter(reference=reference(SPLIT, line_id)).exists()


def statement(witness: int) -> Iterator[StatementLine]:
    """How a contributor came to a balance, oldest first."""
    entries = Entry.objects.filter(account__witness=witness).select_related("booking", "account")
    for row in entries.order_by("id"):
        yield StatementLine(
            row.at,
            row.booking.reference,
            Currency(row.account.currency),
            row.amount_micro,
            row.booking.inputs,
        )
