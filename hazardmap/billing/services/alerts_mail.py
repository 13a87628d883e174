"""Tell those who see to an organisation's bills how much of a cap is spent."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from hazardmap.accounts.selectors import people_who_may
from hazardmap.billing.services.spending_watch import PERCENTS
from hazardmap.billing.spend_models import SpendAlert
from hazardmap.billing.spend_terms import caps_of
from hazardmap.core.access.roles import Act
from hazardmap.core.messages.backoff import delays_s
from hazardmap.core.selling.pricing.money import Currency
from hazardmap.platform.amounts import amount_words
from hazardmap.platform.mail import Mail, MailFailed, Receiver, mail_send, page_link

AT_ONCE: Final = 100
GIVEN_UP_AFTER: Final = timedelta(days=1)
"""An address that cannot take it for so long is left out; while the server is away, all wait."""


class _Tried(NamedTuple):
    """away_until: the server is away, and nothing else need be tried before."""

    mailed: bool
    away_until: datetime | None = None


def alerts_mail() -> int:
    """Mail every alert that has not been, to each receiver once; return how many were.

    What cannot be mailed now is tried again, later each time. While the server is away all wait
    with the first of them: one at a time finds out whether it is back.
    """
    mailed = 0
    due = SpendAlert.objects.filter(mailed_at=None, mail_next_at__lte=timezone.now())
    for alert_id in list(due.order_by("id").values_list("id", flat=True)[:AT_ONCE]):
        tried = _try(alert_id)
        mailed += tried.mailed
        if tried.away_until is not None:
            due.update(mail_next_at=tried.away_until)
            break
    return mailed


@transaction.atomic
def _try(alert_id: UUID) -> _Tried:
    """The row stays locked until the mail has left: nobody else sends it."""
    waiting = SpendAlert.objects.filter(pk=alert_id, mailed_at=None)
    alert = waiting.select_for_update(of=("self",), skip_locked=True).first()
    if alert is None:
        return _Tried(mailed=False)
    people = people_who_may(alert.customer.organisation_id, Act.MANAGE_BILLING)
    to = [one for one in people if one.email not in alert.mailed_to]
    try:
        mail_send(to=to, write=lambda: _written(alert))
    except MailFailed as failed:
        if failed.waiting and (failed.is_away or timezone.now() < alert.at + GIVEN_UP_AFTER):
            _put_off(alert, to, failed)
            return _Tried(mailed=False, away_until=alert.mail_next_at if failed.is_away else None)
    alert.mailed_at, alert.mailed_to, alert.mail_problem = timezone.now(), [], ""
    alert.save()
    return _Tried(mailed=True)


def _put_off(alert: SpendAlert, to: Iterable[Receiver], failed: MailFailed) -> None:
    """Those who have it by now, or never will, are not tried again."""
    alert.mailed_to += [one.email for one in to if one not in failed.waiting]
    alert.mail_tries += 1
    *_, pause_s = delays_s(first_s=30, longest_s=3600, tries=alert.mail_tries)
    alert.mail_next_at = timezone.now() + timedelta(seconds=pause_s)
    alert.mail_problem = str(failed)
    alert.save()


def _written(alert: SpendAlert) -> Mail:
    currency = Currency(alert.customer.currency)
    spent = _("%(whose)s has spent %(spent)s of %(cap)s in %(month)s, before tax.")
    values = {
        "whose": _("The key %(key)s of %(name)s")
        % {"key": alert.key_id, "name": alert.customer.name}
        if alert.key_id
        else alert.customer.name,
        "spent": amount_words(alert.spent_micro, currency),
        "cap": amount_words(alert.cap_micro, currency),
        "month": date_format(alert.month, "YEAR_MONTH_FORMAT"),
    }
    return Mail(
        _("%(percent)d %% of the spending cap is reached") % {"percent": alert.percent},
        (
            spent % values,
            _then(alert),
            page_link(f"/portal/{alert.customer.organisation_id}/costs/"),
        ),
    )


def _then(alert: SpendAlert) -> str:
    cap = caps_of(alert.customer).get(alert.key_id)
    if cap is None or not cap.hard:
        return _("Nothing is refused.")
    if alert.percent < max(PERCENTS):
        return _("When all of it is spent, answers that would cost more are refused.")
    return _("Answers that would cost more are refused until it is raised or the month ends.")
