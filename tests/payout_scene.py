"""Contributors who can be paid, and what has settled for them."""

from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from hazardmap.accounts.models import User
from hazardmap.core.selling.pricing.money import Currency
from hazardmap.platform.ids import new_id
from hazardmap.rewards.payout_models import Payout
from hazardmap.rewards.services import (
    payout_run,
    payout_target_set,
    share_correct,
    share_set_aside,
    share_split,
)

EUR = Currency.EUR
IBAN = "DE89370400440532013000"
OURS = "FI2112345600000785"
MICRO = 1_000_000


def driver(name: str = "Ann Ålund", iban: str = IBAN) -> User:
    user = User.objects.create_user(email=f"{new_id()}@example.org", password="x")
    if iban:
        payout_target_set(owner=user, name=name, iban=iban)
    return user


def share(micro: int, *users: User) -> UUID:
    """That much of a sale, in equal parts; nothing of it will prove false."""
    line, weights = divided(micro, *users)
    share_correct(line_id=line, weights=weights, penalties={}, units=1)
    return line


def divided(micro: int, *users: User) -> tuple[UUID, dict[int | None, int]]:
    """The same, not judged again yet; with the weights."""
    line = new_id()
    weights: dict[int | None, int] = {user.witness: 1 for user in users}
    share_set_aside(line_id=line, amount_micro=micro, currency=EUR)
    share_split(line_id=line, weights=weights)
    return line, weights


def later(days: int = 15) -> datetime:
    return timezone.now() + timedelta(days=days)


def prepared(at_least: int = 5 * MICRO, now: datetime | None = None) -> list[Payout]:
    run = payout_run(currency=EUR, at_least_micro=at_least, now=now or later())
    return list(run.payouts.order_by("amount_micro"))
