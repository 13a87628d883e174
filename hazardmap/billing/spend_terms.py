"""What an organisation may spend now, and at which prices: read for each answer to a buyer, so
each process keeps it for a few seconds."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from time import monotonic
from typing import Final
from uuid import UUID

from django.utils import timezone

from hazardmap.accounts.selectors import keys_of, keys_replaced
from hazardmap.billing.models import Customer, Subscription
from hazardmap.billing.spend_models import SpendCap
from hazardmap.core.selling.pricing.money import Currency, decimal_of
from hazardmap.core.selling.pricing.period import Period, month_of
from hazardmap.core.selling.pricing.prices_json import prices_from
from hazardmap.core.selling.pricing.spending import Caps, Tariff
from hazardmap.core.selling.usage import Meter
from hazardmap.metering.selectors import usage_by_key
from hazardmap.metering.services import Account

GOOD_FOR_S: Final = 3.0
MOST_KEPT: Final = 10_000


@dataclass(frozen=True, slots=True)
class Terms:
    """caps: by key, "" for all together; only the hard ones refuse."""

    customer_id: int
    plan: str
    currency: Currency
    tariff: Tariff
    account: Account
    caps: dict[str, SpendCap]

    @property
    def month(self) -> Period:
        return self.tariff.period

    def hard_caps(self, key_id: str) -> Caps:
        return Caps(self._hard(""), self._hard(key_id))

    def cap_micro(self, key_id: str = "") -> int | None:
        cap = self.caps.get(key_id)
        return None if cap is None else cap.amount_micro

    def _hard(self, key_id: str) -> int | None:
        cap = self.caps.get(key_id)
        return cap.amount_micro if cap and cap.hard else None


_kept: dict[UUID, tuple[float, Terms | None]] = {}


def terms_kept(organisation_id: UUID) -> Terms | None:
    """`terms_now`, at most GOOD_FOR_S old."""
    until, terms = _kept.get(organisation_id, (0.0, None))
    if monotonic() < until:
        return terms
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    terms = terms_now(organisation_id)
    _kept[organisation_id] = monotonic() + GOOD_FOR_S, terms
    return terms


def terms_forget(organisation_id: UUID) -> None:
    """The next answer of this process reads them anew; others follow within GOOD_FOR_S."""
    _kept.pop(organisation_id, None)


def terms_now(organisation_id: UUID) -> Terms | None:
    """None for who has no subscription at the moment: nothing has a price, nothing is capped."""
    now = timezone.now()
    customer = Customer.objects.filter(organisation=organisation_id).first()
    if customer is None:
        return None
    month = month_of(now)
    running = [
        (row, part)
        for row in customer.subscriptions.filter(start__lte=now)
        .select_related("price_version__plan")
        .order_by("start")
        if (part := month.overlap(Period(row.start, row.end or month.end))) is not None
    ]
    current = next(((row, part) for row, part in running if now in part), None)
    if current is None:
        return None
    keys = keys_of(organisation_id)
    row, part = current
    cost, of_keys = _earlier([one for one in running if one[1] < part], month, keys)
    return Terms(
        customer_id=customer.pk,
        plan=row.price_version.plan.name,
        currency=Currency(customer.currency),
        tariff=Tariff(prices_from(row.price_version.prices), month, part, cost, of_keys),
        account=Account(organisation_id, keys, part.start, part.end),
        caps=caps_of(customer),
    )


def caps_of(customer: Customer) -> dict[str, SpendCap]:
    """By key, "" for all together. A key that was made in place of another has its cap as well,
    unless it has one of its own."""
    own = {cap.key_id: cap for cap in customer.caps.all()}
    caps = dict(own)
    before = keys_replaced(customer.organisation_id) if own.keys() - {""} else {}
    for key in before:
        at = key
        while at not in own and at in before:
            at = before[at]
        if at in own:
            caps[key] = own[at]
    return caps


def _earlier(
    over: Sequence[tuple[Subscription, Period]], month: Period, keys: list[str]
) -> tuple[Decimal, dict[str, Fraction]]:
    """What the parts of the month that are over have cost, and each key's part of that."""
    cost, of_keys = Decimal(0), dict.fromkeys(keys, Fraction(0))
    for row, part in over:
        tariff = Tariff(prices_from(row.price_version.prices), month, part)
        usage: Counter[Meter] = Counter()
        used: dict[str, dict[Meter, int]] = defaultdict(dict)
        for key, meter, units in usage_by_key(keys, start=part.start, end=part.end):
            usage[meter] += units
            used[key][meter] = units
        cost += tariff.cost(usage)
        for key, of_key in used.items():
            of_keys[key] += tariff.part_of_key(key, usage, of_key)
    return cost, of_keys


def left_of(cap_micro: int | None, spent: Decimal) -> Decimal | None:
    """What may still be spent; None without a cap."""
    return None if cap_micro is None else max(Decimal(0), decimal_of(cap_micro) - spent)
