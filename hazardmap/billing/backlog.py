"""Reads: drafts that wait, bills that the payment provider does not know, alerts not mailed yet."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import F, Q
from django.utils import timezone

from hazardmap.billing.models import Invoice
from hazardmap.billing.payment_models import Payment
from hazardmap.billing.spend_models import SpendAlert


class Unasked(NamedTuple):
    """since: when the oldest invoice was finalised that nobody was asked to pay; None for none.

    tries, problem: of what was told the provider in vain most often.
    """

    since: datetime | None
    tries: int
    problem: str


def unasked() -> Unasked:
    settled = F("paid_by_credit_micro") + F("credited_micro")
    owed = Invoice.objects.filter(state=Invoice.State.FINALISED, total_micro__gt=settled)
    unknown = owed.filter(Q(payment=None) | Q(payment__told=""))
    since = unknown.order_by("finalised_at").values_list("finalised_at", flat=True).first()
    failing = Payment.objects.filter(tries__gt=0).order_by("-tries")
    tries, problem = failing.values_list("tries", "problem").first() or (0, "")
    return Unasked(since, tries, problem)


def unfinalised() -> datetime | None:
    """When the oldest month ended of which a draft still waits for the operator's word."""
    over = Invoice.objects.filter(state=Invoice.State.DRAFT, end__lte=timezone.now())
    return over.order_by("end").values_list("end", flat=True).first()


def unmailed() -> tuple[datetime | None, str]:
    """When the oldest alert was made that is not mailed, and why not; None, "" for none."""
    waiting = SpendAlert.objects.filter(mailed_at=None).order_by("at")
    return waiting.values_list("at", "mail_problem").first() or (None, "")
