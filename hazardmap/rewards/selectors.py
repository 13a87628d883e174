"""Reads: balances, and what a contributor's balance is made of."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import Concat, Substr

from hazardmap.accounts.models import User
from hazardmap.core.selling.pricing.money import Currency
from hazardmap.rewards.models import Account, Booking, Entry
from hazardmap.rewards.payout_models import Payout, PayoutRun, PayoutTarget
from hazardmap.rewards.references import (
    CORRECTION,
    FAILED,
    SET_ASIDE,
    SPLIT,
    TAKE_BACK,
    reference,
)

HELD_BACK: Final = timedelta(days=14)
"""What was earned later may still be taken back by what proves false."""
_JUDGED_AGAIN: Final = HELD_BACK - timedelta(days=1)
"""So long after its division a line is judged again: a day before it can be paid, which is long
enough for a daily task. So what is payable at a time is the same whenever one asks."""
_BOOKINGS_AT_ONCE: Final = 10  # each may hold the weights of ten thousand contributors
AT_LEAST_MICRO: Final = 20_000_000
"""What a run pays at least, unless whoever runs the site says otherwise."""


class Balance(NamedTuple):
    """witness: None unless it is a contributor's."""

    kind: str
    witness: int | None
    currency: Currency
    amount_micro: int


class Movement(NamedTuple):
    """One movement of a contributor's balance, for people. meter, month: what was sold, and when
    ("2026-11"); None of payouts and of old bookings."""

    at: datetime
    reference: str
    currency: Currency
    amount_micro: int
    meter: str | None
    month: str | None


class StatementLine(NamedTuple):
    """One movement of a contributor's balance. inputs: what the amount follows from."""

    at: datetime
    reference: str
    currency: Currency
    amount_micro: int
    inputs: dict[str, Any]


class Earnings(NamedTuple):
    """balance: earned and not handed over to be paid. payable: of that, what is settled.

    paying: on its way. paid: so far.
    """

    currency: Currency
    balance_micro: int
    payable_micro: int
    paying_micro: int
    paid_micro: int


class Target(NamedTuple):
    name: str
    iban: str


class PayoutTerms(NamedTuple):
    """at_least: what the last run paid at least, and so the next one. last_at: None before any."""

    currency: Currency
    at_least_micro: int
    last_at: datetime | None


class PayoutInfo(NamedTuple):
    id: UUID
    witness: int
    amount_micro: int
    state: str


class OpenRun(NamedTuple):
    """A run with payouts that have not ended: how many, and how much together."""

    id: UUID
    at: datetime
    currency: Currency
    payouts: int
    amount_micro: int


def balances() -> list[Balance]:
    """Of every account; they sum to zero in each currency."""
    sums = Account.objects.annotate(sum=Sum("entries__amount_micro", default=0))
    ordered = sums.order_by("currency", "kind", "witness")
    return [Balance(row.kind, row.witness, Currency(row.currency), int(row.sum)) for row in ordered]


def earned(witness: int, currency: Currency) -> int:
    """What a contributor has earned and not been paid, in micro-units."""
    return _sum(Entry.objects.filter(account__witness=witness, account__currency=currency.value))


def payable(witness: int, currency: Currency, now: datetime) -> int:
    """The same without what is not settled: divided lately, or not judged again since.

    now: or an earlier time. Below zero where more was taken. What was taken lately counts, and what
    a bank gave back, which had been settled before it was handed over.
    """
    entries = Entry.objects.filter(account__witness=witness, account__currency=currency.value)
    divided, given_back = (Q(booking__reference__startswith=f"{kind}:") for kind in (SPLIT, FAILED))
    line = Substr(OuterRef("booking__reference"), len(f"{SPLIT}:") + 1)
    again = Booking.objects.filter(reference=Concat(Value(f"{CORRECTION}:"), line))
    settled = Q(at__lt=now - HELD_BACK) & (~divided | Exists(again))
    return _sum(entries.filter(settled | Q(amount_micro__lt=0) | given_back))


def _sum(entries: QuerySet[Entry]) -> int:
    return int(entries.aggregate(sum=Sum("amount_micro", default=0))["sum"])


def is_split(line_id: UUID) -> bool:
    """Whether the share of an invoice's line has been divided."""
    return Booking.objects.filter(reference=reference(SPLIT, line_id)).exists()


def is_settled(line_id: UUID) -> bool:
    """Whether what was divided of an invoice's line can no longer be taken back."""
    return Booking.objects.filter(reference=reference(CORRECTION, line_id)).exists()


def lines_held() -> list[UUID]:
    """The lines whose share is set aside and neither divided nor taken back."""
    after = len(f"{SET_ASIDE}:") + 1
    held = Booking.objects.filter(reference__startswith=f"{SET_ASIDE}:").annotate(
        line=Substr("reference", after)
    )
    divided = Concat(Value(f"{SPLIT}:"), OuterRef("line"))
    taken_back = Concat(Value(f"{TAKE_BACK}:"), OuterRef("reference"))
    ended = Booking.objects.filter(reference__in=[divided, taken_back])
    return [UUID(line) for line in held.exclude(Exists(ended)).values_list("line", flat=True)]


def lines_settling(now: datetime) -> list[UUID]:
    """The lines whose shares could be paid tomorrow, or since long, were they judged again."""
    after = len(f"{SPLIT}:") + 1
    divided = Booking.objects.filter(
        reference__startswith=f"{SPLIT}:", at__lt=now - _JUDGED_AGAIN
    ).annotate(line=Substr("reference", after))
    again = Concat(Value(f"{CORRECTION}:"), OuterRef("line"))
    left = divided.exclude(Exists(Booking.objects.filter(reference=again)))
    return [UUID(line) for line in left.values_list("line", flat=True)]


def lines_late(now: datetime) -> int:
    """Of how many lines the shares could be paid, had they been judged again in time."""
    return len(lines_settling(now - (HELD_BACK - _JUDGED_AGAIN)))


def movements(witness: int, *, limit: int) -> list[Movement]:
    """The latest, latest first, without what their amounts follow from: of a large sale those are
    the weights of all who shared it."""
    names = ("at", "booking__reference", "account__currency", "amount_micro")
    said = ("booking__inputs__meter", "booking__inputs__month")
    entries = Entry.objects.filter(account__witness=witness).order_by("-id")
    return [
        Movement(at, name, Currency(currency), amount_micro, meter, month)
        for at, name, currency, amount_micro, meter, month in entries.values_list(*names, *said)[
            :limit
        ]
    ]


def movement_count(witness: int) -> int:
    return Entry.objects.filter(account__witness=witness).count()


def statement(witness: int) -> Iterator[StatementLine]:
    """How a contributor came to a balance, oldest first, read as it is needed."""
    entries = Entry.objects.filter(account__witness=witness).select_related("booking", "account")
    for row in entries.order_by("id").iterator(chunk_size=_BOOKINGS_AT_ONCE):
        yield StatementLine(
            row.at,
            row.booking.reference,
            Currency(row.account.currency),
            row.amount_micro,
            row.booking.inputs,
        )


def earnings(witness: int, now: datetime) -> list[Earnings]:
    """What a contributor has earned in each currency."""
    accounts = Account.objects.filter(witness=witness).order_by("currency")
    found = []
    for currency in (Currency(row.currency) for row in accounts):
        payouts = Payout.objects.filter(witness=witness, run__currency=currency.value)
        sums = dict(payouts.values_list("state").annotate(Sum("amount_micro")))
        found.append(
            Earnings(
                currency=currency,
                balance_micro=earned(witness, currency),
                payable_micro=max(0, payable(witness, currency, now)),
                paying_micro=int(sums.get(Payout.State.PENDING, 0)),
                paid_micro=int(sums.get(Payout.State.PAID, 0)),
            )
        )
    return found


def payout_terms(currency: Currency) -> PayoutTerms:
    """From which amount on contributors are paid in this currency, and when they were last."""
    run = PayoutRun.objects.filter(currency=currency.value).order_by("at").last()
    if run is None:
        return PayoutTerms(currency, AT_LEAST_MICRO, None)
    return PayoutTerms(currency, run.at_least_micro, run.at)


def payout_target(owner: User) -> Target | None:
    """Where a contributor's money goes; of the account's number the ends only."""
    row = PayoutTarget.objects.filter(owner=owner).first()
    return None if row is None else Target(row.name, f"{row.iban[:4]} … {row.iban[-4:]}")


def earnings_kept(owner: User) -> dict[str, Any]:
    """What is kept of a contributor's money besides the statement, to take along."""
    payouts = Payout.objects.filter(witness=owner.witness).order_by("run__at", "id")
    return {
        "payout_account": PayoutTarget.objects.filter(owner=owner)
        .values("name", "iban", "set_at")
        .first(),
        "payouts": list(
            payouts.values(
                *("id", "run__at", "run__currency", "amount_micro", "name", "iban"),
                *("state", "ended_at"),
            )
        ),
    }


def payouts_of(run_id: UUID) -> list[PayoutInfo]:
    """The payouts of a run."""
    rows = Payout.objects.filter(run=run_id).order_by("witness")
    return [PayoutInfo(row.id, row.witness, row.amount_micro, row.state) for row in rows]


def runs_open() -> list[OpenRun]:
    """Oldest first."""
    pending = PayoutRun.objects.filter(payouts__state=Payout.State.PENDING)
    sums = pending.annotate(number=Count("payouts"), sum=Sum("payouts__amount_micro"))
    return [
        OpenRun(row.id, row.at, Currency(row.currency), row.number, int(row.sum))
        for row in sums.order_by("at", "id")
    ]
