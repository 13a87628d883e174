"""Tell those who see to an organisation's bills how much of a cap is spent."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from hazardmap.accounts.selectors import billing_people
from hazardmap.billing.services.spending_watch import PERCENTS
from hazardmap.billing.spend_models import SpendAlert
from hazardmap.core.selling.pricing.money import Currency
from hazardmap.platform.amounts import amount_words
from hazardmap.platform.mail import Mail, MailFailed, mail_send

AT_ONCE = 100


def alerts_mail() -> int:
    """Mail every alert that has not been, each once; return how many were.

    What cannot be mailed now is tried again the next time.
    """
    mailed = 0
    waiting = SpendAlert.objects.filter(mailed_at=None).order_by("id")
    for alert_id in list(waiting.values_list("id", flat=True)[:AT_ONCE]):
        try:
            mailed += _mailed(alert_id)
        except MailFailed:
            break
    return mailed


@transaction.atomic
def _mailed(alert_id: UUID) -> bool:
    """The row stays locked until the mail has left: nobody else sends it."""
    waiting = SpendAlert.objects.filter(pk=alert_id, mailed_at=None)
    alert = waiting.select_for_update(of=("self",), skip_locked=True).first()
    if alert is None:
        return False
    to = billing_people(alert.customer.organisation_id)
    mail_send(to=to, write=lambda: _written(alert))
    waiting.update(mailed_at=timezone.now())
    return True


def _written(alert: SpendAlert) -> Mail:
    currency = Currency(alert.customer.currency)
    spent = _("%(whose)s has spent %(spent)s of %(cap)s in %(month)s, before tax.")
    values = {
        "whose": _("The key %(key)s") % {"key": alert.key_id}
        if alert.key_id
        else alert.customer.name,
        "spent": amount_words(alert.spent_micro, currency),
        "cap": amount_words(alert.cap_micro, currency),
        "month": date_format(alert.month, "YEAR_MONTH_FORMAT"),
    }
    return Mail(
        _("%(percent)d %% of the spending cap is reached") % {"percent": alert.percent},
        (spent % values, _then(alert)),
    )


def _then(alert: SpendAlert) -> str:
    refuses = alert.customer.caps.filter(key_id=alert.key_id, hard=True).exists()
    if not refuses:
        return _("Nothing is refused.")
    if alert.percent < max(PERCENTS):
        return _("When all of it is spent, answers that would cost more are refused.")
    return _("Answers that would cost more are refused until it is raised or the month ends.")
