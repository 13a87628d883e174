"""Who buys, and at which price version from which hour on."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from hazardmap.accounts.models import Organisation
from hazardmap.billing.documents import BuyerTerms
from hazardmap.billing.models import Customer, PriceVersion, Seller, Subscription
from hazardmap.billing.refused import BillingRefused
from hazardmap.billing.services.customer_lock import customer_lock
from hazardmap.core.full_times import hour_of


@dataclass(frozen=True, slots=True)
class Subscribed:
    plan: str
    version: int
    start: datetime


@transaction.atomic
def customer_set(*, organisation_id: UUID, buyer: BuyerTerms) -> None:
    """How invoices name an organisation from now on. Raises BillingRefused.

    Seller and currency stay as they are once there is a subscription or a payment in advance.
    """
    seller = Seller.objects.filter(prefix=buyer.seller).first()
    if seller is None:
        raise BillingRefused(f"there is no seller {buyer.seller!r}")
    if not Organisation.objects.filter(pk=organisation_id).exists():
        raise BillingRefused(f"there is no organisation {organisation_id}")
    before = Customer.objects.filter(organisation_id=organisation_id).first()
    same = before and (before.seller_id, before.currency) == (seller.pk, buyer.currency.value)
    if before and not same and (before.subscriptions.exists() or before.credits.exists()):
        raise BillingRefused(
            "seller and currency stay as they are once there is a subscription or a credit"
        )
    Customer.objects.update_or_create(
        organisation_id=organisation_id,
        defaults={
            "seller": seller,
            "currency": buyer.currency.value,
            "name": buyer.name,
            "address": buyer.address,
            "country": buyer.country,
            "tax_number": buyer.tax_number,
        },
    )


@transaction.atomic
def subscribe(*, organisation_id: UUID, plan: str, start: datetime) -> Subscribed:
    """Pin the newest price version of a plan from the hour of `start` on; it ends the one before,
    or goes on if that is the same.

    Raises BillingRefused where that hour is invoiced or subscribed to already, and for an
    organisation that is closed.
    """
    start = hour_of(start)
    customer = customer_lock(organisation_id=organisation_id)
    if customer.organisation.closed_at is not None:
        raise BillingRefused("the organisation is closed")
    version = PriceVersion.objects.filter(plan__code=plan).order_by("-version").first()
    if version is None:
        raise BillingRefused(f"there is no plan {plan!r}")
    if version.prices["currency"] != customer.currency:
        raise BillingRefused(f"{plan} is not in {customer.currency}, the currency of {customer}")
    current = customer.subscriptions.filter(end=None).first()
    if current is not None and current.price_version_id == version.pk:
        return Subscribed(plan, version.version, current.start)
    invoiced = customer.invoices.exclude(state__in=["draft", "void"]).filter(end__gt=start)
    if invoiced.exists() or customer.subscriptions.filter(start__gte=start).exists():
        raise BillingRefused(f"{start:%Y-%m-%d %H:%M} UTC is invoiced or subscribed to already")
    running = customer.subscriptions.filter(Q(end=None) | Q(end__gt=start))
    if same := running.filter(price_version=version).first():  # it was to end
        running.update(end=None)
        return Subscribed(plan, version.version, same.start)
    running.update(end=start)
    Subscription.objects.create(customer=customer, price_version=version, start=start)
    return Subscribed(plan, version.version, start)
