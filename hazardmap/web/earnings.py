"""A contributor's earnings: balances, where they come from, and where the money goes."""

from datetime import UTC, datetime
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from hazardmap.accounts.services import AccountsRefused
from hazardmap.core.selling.pricing.money import Currency
from hazardmap.core.selling.usage import Meter
from hazardmap.platform.amounts import amount_words
from hazardmap.platform.limited import too_many_of
from hazardmap.rewards.references import (
    CLAW_BACK,
    CORRECTION,
    FAILED,
    PAYOUT,
    SPLIT,
    TAKE_BACK,
)
from hazardmap.rewards.selectors import (
    HELD_BACK,
    Movement,
    earnings,
    movement_count,
    movements,
    payout_target,
    payout_terms,
)
from hazardmap.rewards.services import PayoutRefused, payout_target_set
from hazardmap.rewards.statement_text import statement_text
from hazardmap.web.asking import own_form, own_page, signed_in
from hazardmap.web.portal.meters import METERS
from hazardmap.web.security import password_again

LINES: Final = 200
STATEMENTS_PER_HOUR: Final = 60
WORDS: Final = {
    SPLIT: _("Share of what was sold"),
    CLAW_BACK: _("Taken back: the map was told what proved false"),
    CORRECTION: _("Taken back: the map was told what proved false"),
    TAKE_BACK: _("Taken back: the invoice is void"),
    PAYOUT: _("Handed over to be paid"),
    FAILED: _("The payout failed: yours again"),
}


@own_page
def earnings_page(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest, *, name: str = "", iban: str = "") -> HttpResponse:
    """name, iban: of a bank account that was refused, to be put right."""
    user = signed_in(request)
    balances = earnings(user.witness, timezone.now())
    terms = [payout_terms(one.currency) for one in balances] or [payout_terms(Currency.EUR)]
    context = {
        "earnings": [
            (
                amount_words(one.balance_micro, one.currency),
                amount_words(one.payable_micro, one.currency),
                amount_words(one.paying_micro, one.currency),
                amount_words(one.paid_micro, one.currency),
            )
            for one in balances
        ],
        "lines": [movement_words(one) for one in movements(user.witness, limit=LINES)],
        "left_out": max(0, movement_count(user.witness) - LINES),
        "target": payout_target(user),
        "held_back_days": HELD_BACK.days,
        "terms": [(amount_words(one.at_least_micro, one.currency), one.last_at) for one in terms],
        "name": name,
        "iban": iban,
    }
    return render(request, "web/earnings.html", context)


@own_page
def earnings_json(request: HttpRequest) -> HttpResponseBase:
    """All movements with what their amounts follow from, for core.selling.statement."""
    user = signed_in(request)
    if refused := too_many_of(user.pk, "statements", STATEMENTS_PER_HOUR):
        return refused
    return StreamingHttpResponse(
        statement_text(user.witness),
        content_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="statement.json"'},
    )


@sensitive_post_parameters("password")
@own_form
def payout_account(request: HttpRequest) -> HttpResponse:
    """Where the money goes from now on: the password again, for it is money."""
    name, iban = request.POST.get("name", ""), request.POST.get("iban", "")
    try:
        password_again(request)
        payout_target_set(owner=signed_in(request), name=name, iban=iban)
    except (PayoutRefused, AccountsRefused) as refused:
        messages.error(request, str(refused))
        return _page(request, name=name, iban=iban)
    messages.success(
        request, _("Your earnings go to this account, three days from now at the earliest.")
    )
    return HttpResponseRedirect("/account/earnings/")


def movement_words(one: Movement) -> dict[str, object]:
    """For a template. line_id: of an invoice, whose page says what it was for; "" of a payout."""
    kind, _colon, which = one.reference.partition(":")
    which = which.rpartition(":")[2]
    return {
        "at": one.at,
        "words": WORDS.get(kind, kind),
        **_sold(one),
        "which": which,
        "line_id": "" if kind in {PAYOUT, FAILED} else which,
        "amount": amount_words(one.amount_micro, one.currency),
    }


def _sold(one: Movement) -> dict[str, object]:
    """What was sold, and in which month; bookings from before do not say it."""
    if one.meter is None or one.month is None:
        return {}
    month = datetime.strptime(one.month, "%Y-%m").replace(tzinfo=UTC)
    return {"sold": METERS[Meter(one.meter)], "month": month}
