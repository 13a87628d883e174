"""Prepaid credits: paid for before, spent oldest first, gone when they expire."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Credit:
    """left_micro: what is not yet spent, at least 0. expires_at: None for never."""

    id: UUID
    granted_at: datetime
    expires_at: datetime | None
    left_micro: int

    def __post_init__(self) -> None:
        if self.left_micro < 0:
            raise ValueError(f"a credit is never below zero, as {self.left_micro} would be")

    def is_good(self, at: datetime) -> bool:
        return self.granted_at <= at and (self.expires_at is None or at < self.expires_at)


@dataclass(frozen=True, slots=True)
class Spent:
    credit_id: UUID
    amount_micro: int


def spend(credits_: Iterable[Credit], due_micro: int, at: datetime) -> list[Spent]:
    """What each credit pays of an amount due, oldest first; together at most that amount.

    Raises ValueError on an amount below zero.
    """
    if due_micro < 0:
        raise ValueError(f"credits pay what is due, and {due_micro} is not")
    spent = []
    for credit in sorted(credits_, key=lambda credit: (credit.granted_at, credit.id)):
        amount_micro = min(credit.left_micro, due_micro) if credit.is_good(at) else 0
        if amount_micro:
            spent.append(Spent(credit.id, amount_micro))
            due_micro -= amount_micro
    return spent
