"""Reads: what was spent this month, what may be, what was told about it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from hazardmap.billing.spend_models import SpendAlert, SpendWatch, StoppedKey
from hazardmap.billing.spend_terms import terms_now
from hazardmap.core.selling.pricing.money import Currency, rounded_micro
from hazardmap.core.selling.pricing.period import Period
from hazardmap.core.selling.usage import Meter
from hazardmap.metering.services import ALL, usage_recount


@dataclass(frozen=True, slots=True)
class CapInfo:
    amount_micro: int
    hard: bool


@dataclass(frozen=True, slots=True)
class KeySpending:
    """spent: the key's part of what usage costs (`Tariff.spent_by_key`).

    stopped: it gets no more tiles, messages or watched hours.
    """

    key_id: str
    units: dict[Meter, int]
    spent: Decimal
    cap: CapInfo | None
    stopped: bool


@dataclass(frozen=True, slots=True)
class SpendingNow:
    """What the running month has come to, before tax. forecast: if it goes on as it has so far.

    since: when the plan began within this month, its start for one that began before; units: since
    then. included: of meters that have a price. quotas: of meters that have one.
    """

    plan: str
    month: Period
    currency: Currency
    since: datetime
    units: dict[Meter, int]
    included: dict[Meter, int]
    quotas: dict[Meter, int]
    spent: Decimal
    forecast: Decimal
    cap: CapInfo | None
    keys: tuple[KeySpending, ...]

    @property
    def without_key_micro(self) -> int:
        """What belongs to no key: fees, minimums, discounts, and what rounding leaves, so that
        the amounts as people read them add up to what was spent."""
        of_keys = sum(rounded_micro(key.spent, self.currency) for key in self.keys)
        return rounded_micro(self.spent, self.currency) - of_keys


@dataclass(frozen=True, slots=True)
class AlertInfo:
    """So much of a cap (of one key; "" of all together) was spent in a month."""

    id: UUID
    key_id: str
    month: datetime
    percent: int
    currency: Currency
    cap_micro: int
    spent_micro: int
    at: datetime


def spending_now(organisation_id: UUID, now: datetime) -> SpendingNow | None:
    """None for who has no subscription at the moment."""
    terms = terms_now(organisation_id)
    if terms is None:
        return None
    units, tariff = usage_recount(account=terms.account), terms.tariff
    stopped = keys_stopped(*Meter, among=terms.account.keys)
    caps = {key: CapInfo(cap.amount_micro, cap.hard) for key, cap in terms.caps.items()}
    keys = tuple(
        KeySpending(
            key_id=key,
            units=units.get(key, {}),
            spent=tariff.spent_by_key(key, units[ALL], units.get(key, {})),
            cap=caps.get(key),
            stopped=key in stopped,
        )
        for key in terms.account.keys
    )
    return SpendingNow(
        plan=terms.plan,
        month=terms.month,
        currency=terms.currency,
        since=tariff.part.start,
        units=units[ALL],
        included={charge.meter: tariff.included(charge) for charge in tariff.prices.charges},
        quotas={meter: quota for meter in Meter if (quota := tariff.quota(meter)) is not None},
        spent=tariff.cost(units[ALL]),
        forecast=tariff.cost(_going_on(units[ALL], tariff.part, now)),
        cap=caps.get(""),
        keys=keys,
    )


def spend_alerts(organisation_id: UUID) -> list[AlertInfo]:
    """What was told about caps, oldest first."""
    rows = SpendAlert.objects.filter(customer__organisation=organisation_id)
    return [alert_info(row) for row in rows.select_related("customer").order_by("id")]


def alert_info(row: SpendAlert) -> AlertInfo:
    """What a row says, with its customer's currency."""
    return AlertInfo(
        row.id,
        row.key_id,
        row.month,
        row.percent,
        Currency(row.customer.currency),
        row.cap_micro,
        row.spent_micro,
        row.at,
    )


def keys_stopped(*meters: Meter, among: Collection[str] | None = None) -> set[str]:
    """The keys that get no more of one of these meters, since their cap or quota is reached.

    Meters that the API refuses by itself stop nobody here.
    """
    rows = StoppedKey.objects.filter(meter__in=[meter.value for meter in meters])
    if among is not None:
        rows = rows.filter(key_id__in=among)
    return set(rows.values_list("key_id", flat=True))


def spending_watched_at() -> datetime:
    """When spending was last compared with caps."""
    row = SpendWatch.objects.first()
    return datetime.min.replace(tzinfo=UTC) if row is None else row.at


def _going_on(units: dict[Meter, int], part: Period, now: datetime) -> dict[Meter, int]:
    """Units at the end of a part of a month, if they grow as they have since it began.

    What the first day has so far counts as a day's: a minute foretells no month.
    """
    passed = max(min(now, part.end) - part.start, timedelta(days=1))
    passed_s = min(int(passed.total_seconds()), part.length_s)
    return {meter: count * part.length_s // passed_s for meter, count in units.items()}
