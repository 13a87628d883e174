"""Reads: which plans buyers may choose by themselves, who has which, and whose keys have none."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery

from hazardmap.accounts.selectors import owners_of_live_keys
from hazardmap.billing.models import Customer, Plan, PriceVersion, Subscription
from hazardmap.billing.spend_terms import GOOD_FOR_S, terms_kept
from hazardmap.core.selling.pricing.prices import Prices
from hazardmap.core.selling.pricing.prices_json import prices_from


@dataclass(frozen=True, slots=True)
class Offer:
    """A plan at its newest prices. seller: who invoices it."""

    code: str
    name: str
    version: int
    prices: Prices
    seller: str


@dataclass(frozen=True, slots=True)
class PlanNow:
    """What an organisation has. end: None where it goes on; then: the plan that follows at `end`,
    "" for none. own: it may leave it by itself."""

    code: str
    name: str
    version: int
    prices: Prices
    start: datetime
    end: datetime | None
    then: str
    own: bool


class _Offered:
    """Whether there is any offer, as this process knew it last."""

    is_so: bool = False
    until_s: float = 0.0


_offered = _Offered()


def offers(organisation_id: UUID | None = None) -> list[Offer]:
    """What is on offer, the cheapest by its basic fee first; to a customer, in its currency and of
    its seller."""
    found = _newest().filter(plan__offered_by__isnull=False)
    if organisation_id is not None:
        customer = Customer.objects.filter(organisation=organisation_id).first()
        if customer is not None:
            found = found.filter(
                plan__offered_by=customer.seller_id, prices__currency=customer.currency
            )
    rows = found.select_related("plan__offered_by")
    return sorted(map(_offer, rows), key=lambda one: (one.prices.fee_micro, one.name))


def plan_now(organisation_id: UUID, now: datetime) -> PlanNow | None:
    """None for who has none at the moment."""
    rows = Subscription.objects.filter(customer__organisation=organisation_id)
    rows = rows.select_related("price_version__plan").order_by("start")
    row = rows.filter(running_at(now)).first()
    if row is None:
        return None
    after = rows.filter(start__gt=now).first()
    version = row.price_version
    return PlanNow(
        code=version.plan.code,
        name=version.plan.name,
        version=version.version,
        prices=prices_from(version.prices),
        start=row.start,
        end=row.end,
        then="" if after is None else after.price_version.plan.name,
        own=version.plan.offered_by_id is not None,
    )


def running_at(now: datetime) -> Q:
    """Of subscriptions."""
    return Q(start__lte=now) & (Q(end=None) | Q(end__gt=now))


def is_plan_missing(organisation_id: UUID) -> bool:
    """Whether its live keys get nothing, since plans are on offer and it has none; at most
    GOOD_FOR_S old."""
    return terms_kept(organisation_id) is None and _is_any_offered()


def keys_without_plan(now: datetime, *, among: Callable[[], Iterable[str]]) -> set[str]:
    """Those of these keys that get nothing, as `is_plan_missing` says; test keys always get
    something."""
    if not _is_any_offered():
        return set()
    owners = owners_of_live_keys(among())
    running = Subscription.objects.filter(
        running_at(now), customer__organisation__in=set(owners.values())
    )
    having = set(running.values_list("customer__organisation", flat=True))
    return {key for key, owner in owners.items() if owner not in having}


def _is_any_offered() -> bool:
    """Whether buyers may choose a plan by themselves, and so need one; at most GOOD_FOR_S old."""
    if monotonic() >= _offered.until_s:
        _offered.is_so = Plan.objects.filter(offered_by__isnull=False).exists()
        _offered.until_s = monotonic() + GOOD_FOR_S
    return _offered.is_so


def _newest() -> QuerySet[PriceVersion]:
    """The newest prices of each plan."""
    newest = PriceVersion.objects.filter(plan=OuterRef("plan")).order_by("-version")
    return PriceVersion.objects.filter(pk=Subquery(newest.values("pk")[:1]))


def _offer(row: PriceVersion) -> Offer:
    seller = row.plan.offered_by
    name = "" if seller is None else seller.name
    return Offer(row.plan.code, row.plan.name, row.version, prices_from(row.prices), name)
