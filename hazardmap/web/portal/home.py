"""The entrance: which organisation, or a first one; and how its month stands."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from hazardmap.accounts.models import ApiKey
from hazardmap.accounts.selectors import api_keys_of, memberships_of
from hazardmap.accounts.services import AccountsRefused, organisation_create
from hazardmap.billing.plan_selectors import is_plan_missing
from hazardmap.billing.spend_selectors import SpendingNow, spending_now
from hazardmap.core.access.roles import Act
from hazardmap.core.selling.pricing.money import decimal_of
from hazardmap.core.selling.pricing.period import month_of
from hazardmap.metering.selectors import answers_by_status, usage_complete_to, usage_series
from hazardmap.web.asking import own_page_with_form, signed_in
from hazardmap.web.portal.access import Portal, portal_page, show
from hazardmap.web.portal.answered import answered
from hazardmap.web.portal.meters import month_rows
from hazardmap.web.portal.snippets import first_call


@own_page_with_form
def entrance(request: HttpRequest) -> HttpResponse:
    user, error = signed_in(request), ""
    if request.method == "POST":
        try:
            new = organisation_create(name=request.POST.get("name", ""), owner=user)
            return HttpResponseRedirect(f"/portal/{new.pk}/")
        except AccountsRefused as refused:
            error = str(refused)
    mine = memberships_of(user)
    if len(mine) == 1 and "all" not in request.GET and not error:
        return HttpResponseRedirect(f"/portal/{mine[0][0].pk}/")
    return render(request, "portal/entrance.html", {"mine": mine, "error": error})


@require_safe
@portal_page(Act.LOOK)
def overview(request: HttpRequest, portal: Portal) -> HttpResponse:
    now = timezone.now()
    month = month_of(now)
    keys = api_keys_of(portal.organisation.pk)
    spending = spending_now(portal.organisation.pk, now)
    used = usage_series([key.kid for key in keys], start=month.start, end=month.end, by="day")
    live = [key for key in keys if key.works_at(now)]
    by_status = answers_by_status([key.kid for key in keys], start=month.start, end=month.end)
    return show(
        request,
        portal,
        "overview",
        month=month,
        passed=int(100 * (now - month.start) / (month.end - month.start)),
        spending=spending if portal.may(Act.SEE_BILLS) else None,
        subscribed=spending is not None,
        needs_plan=spending is None and is_plan_missing(portal.organisation.pk),
        begun=spending.since if spending and spending.since > month.start else None,
        capped=spending is not None and _is_capped(spending),
        rows=month_rows(used, spending),
        answers=sum(row.answers for row in used),
        complete_to=usage_complete_to(now),
        asked=sum(by_status.values()),
        refused=sum(one.percent for one in answered(by_status) if one.bad),
        keys=live,
        last_used=_last_used(keys),
        snippet=first_call(request, live[0].prefix if live else None),
        steps=_steps(bool(live), any(key.last_used_at for key in keys), bool(used)),
    )


def _is_capped(spending: SpendingNow) -> bool:
    cap = spending.cap
    return cap is not None and cap.hard and spending.spent >= decimal_of(cap.amount_micro)


def _last_used(keys: list[ApiKey]) -> ApiKey | None:
    used = [(key.last_used_at, key.kid, key) for key in keys if key.last_used_at]
    return max(used)[2] if used else None


def _steps(has_key: bool, has_called: bool, has_usage: bool) -> list[tuple[str, bool]] | None:
    """What leads to the first answer; None once it is done."""
    if has_usage:
        return None
    return [(_("Make a key"), has_key), (_("Ask the API with it"), has_called)]
