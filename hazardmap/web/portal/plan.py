"""The plan: which one the organisation has, which are on offer, and how it takes or leaves one."""

from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hazardmap.billing.plan_selectors import Offer, PlanNow, offers, plan_now
from hazardmap.billing.price_words import price_words
from hazardmap.billing.refused import BillingRefused
from hazardmap.billing.selectors import BillingAddress, billing_address_of
from hazardmap.billing.services import plan_choose, plan_leave
from hazardmap.core.access.roles import Act
from hazardmap.core.full_times import hour_of
from hazardmap.core.selling.pricing.period import month_of
from hazardmap.platform.limited import too_many_of
from hazardmap.platform.sentences import sentence
from hazardmap.web.asking import done
from hazardmap.web.portal.access import Portal, portal_page, show
from hazardmap.web.portal.address import address_typed, countries

ORDERS_PER_HOUR: Final = 30
"""Each is told by mail."""


@require_safe
@portal_page(Act.SEE_BILLS)
def plan_page(request: HttpRequest, portal: Portal) -> HttpResponse:
    now = timezone.now()
    plan = plan_now(portal.organisation.pk, now)
    found = offers(portal.organisation.pk)
    others = [one for one in found if not _is_same(plan, one)]
    return show(
        request,
        portal,
        "plan",
        plan=plan,
        words=plan and price_words(plan.prices),
        newest=len(others) < len(found),
        offers=[(one, price_words(one.prices)) for one in others],
        month_end=month_of(now).end,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page(Act.MANAGE_BILLING)
def order_page(request: HttpRequest, portal: Portal, code: str) -> HttpResponse:
    """What it costs and where invoices go; what is typed wrong is told, and stays in the form."""
    organisation_id, now = portal.organisation.pk, timezone.now()
    offer = next((one for one in offers(organisation_id) if one.code == code), None)
    if offer is None:
        raise Http404
    if request.method != "POST":
        known = billing_address_of(organisation_id)
        return _order(request, portal, offer, known or _nobody(portal))
    if refused := too_many_of(portal.user.pk, "orders of plans", ORDERS_PER_HOUR):
        return refused
    typed = address_typed(request)
    try:
        new = plan_choose(
            organisation_id=organisation_id,
            plan=code,
            version=_version(request),
            to=typed,
            now=now,
        )
    except (BillingRefused, ValueError) as error:
        return _order(request, portal, offer, typed, error=sentence(error))
    begun = new.start <= now
    words = _("The plan is in force.") if begun else _("The plan begins with the next month.")
    messages.success(request, words)
    return HttpResponseRedirect(portal.url("costs/plan/"))


@require_POST
@portal_page(Act.MANAGE_BILLING)
def leave(request: HttpRequest, portal: Portal) -> HttpResponse:
    if refused := too_many_of(portal.user.pk, "orders of plans", ORDERS_PER_HOUR):
        return refused

    def act() -> None:
        plan_leave(organisation_id=portal.organisation.pk, now=timezone.now())

    return done(request, portal.url("costs/plan/"), act, _("The plan ends with this month."))


def _order(
    request: HttpRequest, portal: Portal, offer: Offer, address: BillingAddress, *, error: str = ""
) -> HttpResponse:
    now = timezone.now()
    plan = plan_now(portal.organisation.pk, now)
    return show(
        request,
        portal,
        "order",
        offer=offer,
        words=price_words(offer.prices),
        plan=plan,
        kept=_is_same(plan, offer),
        start=hour_of(now) if plan is None else month_of(now).end,
        address=address,
        error=error,
        countries=countries(),
    )


def _is_same(plan: PlanNow | None, offer: Offer) -> bool:
    return plan is not None and (plan.code, plan.version) == (offer.code, offer.version)


def _nobody(portal: Portal) -> BillingAddress:
    return BillingAddress(
        name=portal.organisation.name, address="", country="", tax_number="", reference=""
    )


def _version(request: HttpRequest) -> int:
    """0, which is none, for what is no number."""
    typed = request.POST.get("version", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
