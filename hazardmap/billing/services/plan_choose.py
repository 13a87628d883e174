"""A buyer takes one of the plans that are on offer, or leaves the one that it has.

A first plan begins with this hour. What follows it, another or none, begins with the next month: a
basic fee is shared by the second, so one could otherwise have an hour of each.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from hazardmap.accounts.models import Organisation
from hazardmap.billing.models import Customer, PriceVersion, Subscription
from hazardmap.billing.refused import BillingRefused
from hazardmap.billing.selectors import BillingAddress
from hazardmap.billing.services.billing_address_set import billing_address_set
from hazardmap.billing.services.customer_lock import customer_lock
from hazardmap.billing.services.plan_tell import plan_tell
from hazardmap.billing.services.subscribe import Subscribed, subscribe
from hazardmap.billing.services.subscriptions_cut import subscriptions_cut
from hazardmap.billing.spend_terms import terms_forget
from hazardmap.core.full_times import hour_of
from hazardmap.core.selling.pricing.period import month_of
from hazardmap.core.selling.pricing.prices_json import prices_from


@transaction.atomic
def plan_choose(
    *, organisation_id: UUID, plan: str, version: int, to: BillingAddress, now: datetime
) -> Subscribed:
    """Subscribe to a plan at the prices that were read, with invoices to this address.

    Choosing what one has keeps it, whatever was to follow. Raises BillingRefused and ValueError,
    each with a sentence for people.
    """
    newest = PriceVersion.objects.filter(plan__code=plan, plan__offered_by__isnull=False)
    offered = newest.select_related("plan").order_by("-version").first()
    if offered is None:
        raise BillingRefused(_("This plan is not on offer."))
    if offered.version != version:
        raise BillingRefused(_("The prices have changed since: read them again."))
    customer = _customer(organisation_id, offered)
    billing_address_set(organisation_id=organisation_id, to=to)
    before = _subscriptions(customer)
    new = _subscribed(customer, _own(customer, now), offered, now)
    if _subscriptions(customer) != before:
        plan_tell(
            organisation_id=organisation_id,
            plan=offered.plan.name,
            prices=prices_from(offered.prices),
            at=new.start,
        )
    transaction.on_commit(lambda: terms_forget(organisation_id))
    return new


@transaction.atomic
def plan_leave(*, organisation_id: UUID, now: datetime) -> datetime:
    """No plan from the next month on, whose beginning is returned. Raises BillingRefused."""
    customer = customer_lock(organisation_id=organisation_id)
    running = _own(customer, now)
    if running is None:
        raise BillingRefused(_("The organisation has no plan."))
    before, end = _subscriptions(customer), month_of(now).end
    subscriptions_cut(customer, end)
    if _subscriptions(customer) != before:
        name = running.price_version.plan.name
        plan_tell(organisation_id=organisation_id, plan=name, prices=None, at=end)
    return end


def _subscribed(
    customer: Customer, running: Subscription | None, offered: PriceVersion, now: datetime
) -> Subscribed:
    start = hour_of(now) if running is None else month_of(now).end
    subscriptions_cut(customer, start)
    if running is not None and running.price_version_id == offered.pk:
        customer.subscriptions.filter(pk=running.pk).update(end=None)
        return Subscribed(offered.plan.code, offered.version, running.start)
    plan = offered.plan.code
    return subscribe(organisation_id=customer.organisation_id, plan=plan, start=start)


def _customer(organisation_id: UUID, offered: PriceVersion) -> Customer:
    """Locked; a new one if there is none yet."""
    organisation = Organisation.objects.select_for_update().get(pk=organisation_id)
    terms = {"seller_id": offered.plan.offered_by_id, "currency": offered.prices["currency"]}
    Customer.objects.get_or_create(organisation=organisation, defaults=terms)
    customer = customer_lock(organisation_id=organisation_id)
    if {"seller_id": customer.seller_id, "currency": customer.currency} != terms:
        raise BillingRefused(_("This plan is not on offer."))
    return customer


def _own(customer: Customer, now: datetime) -> Subscription | None:
    """What runs. Raises BillingRefused where it, or what follows it, was agreed upon with the
    operator."""
    rows = customer.subscriptions.exclude(end__lte=now).select_related("price_version__plan")
    found = list(rows.order_by("start"))
    if any(row.price_version.plan.offered_by_id is None for row in found):
        raise BillingRefused(_("This plan was agreed upon with you: write to us to change it."))
    return next((row for row in found if row.start <= now), None)


def _subscriptions(customer: Customer) -> list[tuple[object, ...]]:
    """As they stand: nobody is told of what was so before."""
    rows = customer.subscriptions.order_by("start")
    return list(rows.values_list("price_version", "start", "end"))
