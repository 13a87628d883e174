"""Tell those who see to an organisation's bills how much of a cap is spent."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from hazardmap.accounts.selectors import billing_addresses
from hazardmap.billing.services.spending_watch import PERCENTS
from hazardmap.billing.spend_models import SpendAlert
from hazardmap.core.pricing.money import Currency, written
from hazardmap.platform.mail import MailFailed, mail_send

AT_ONCE = 100


def alerts_mail() -> int:
    """Mail every alert that has not been, each once; return how many were.

    What cannot be mailed now is tried again the next time.
    """
    mailed = 0
    waiting = SpendAlert.objects.filter(mailed_at=None).order_by("id")
    for alert_id in list(waiting.values_list("id", flat=True)[:AT_ONCE]):
        try:
            mailed += _mail(alert_id)
        except MailFailed:
            break
    return mailed


@transaction.atomic
def _mail(alert_id: UUID) -> bool:
    """The row stays locked until the mail has left: nobody else sends it."""
    waiting = SpendAlert.objects.filter(pk=alert_id, mailed_at=None)
    alert = waiting.select_for_update(of=("self",), skip_locked=True).first()
    if alert is None:
        return False
    mail_send(
        to=billing_addresses(alert.customer.organisation_id),
        subject=f"{alert.percent} % of the spending cap is reached",
        text=_words(alert),
    )
    waiting.update(mailed_at=timezone.now())
    return True


def _words(alert: SpendAlert) -> str:
    currency = Currency(alert.customer.currency)
    spent, cap = written(alert.spent_micro, currency), written(alert.cap_micro, currency)
    whose = f"The key {alert.key_id}" if alert.key_id else alert.customer.name
    refuses = alert.customer.caps.filter(key_id=alert.key_id, hard=True).exists()
    if not refuses:
        then = "Nothing is refused."
    elif alert.percent < max(PERCENTS):
        then = "When all of it is spent, answers that would cost more are refused."
    else:
        then = "Answers that would cost more are refused until it is raised or the month ends."
    return f"{whose} has spent {spent} of {cap} in {alert.month:%B %Y}, before tax.\n\n{then}"
