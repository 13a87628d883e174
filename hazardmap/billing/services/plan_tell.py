"""Those who see to the bills are told by mail which plan was chosen, or that it ends."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from hazardmap.accounts.models import Organisation
from hazardmap.accounts.selectors import people_who_may
from hazardmap.billing.price_words import price_words
from hazardmap.core.access.roles import Act
from hazardmap.core.selling.pricing.prices import Prices
from hazardmap.platform.mail import Mail, mail_notice, page_link


def plan_tell(*, organisation_id: UUID, plan: str, prices: Prices | None, at: datetime) -> None:
    """After the transaction. prices: of what begins at `at`; None where the plan ends then."""
    name = Organisation.objects.values_list("name", flat=True).get(pk=organisation_id)
    to = people_who_may(organisation_id, Act.MANAGE_BILLING)
    page = page_link(f"/portal/{organisation_id}/costs/plan/")

    def write() -> Mail:
        values = {"name": name, "plan": plan, "at": date_format(at, "DATETIME_FORMAT")}
        if prices is None:
            news = _("%(name)s leaves the plan %(plan)s. It ends on %(at)s.") % values
        else:
            news = _("%(name)s has subscribed to the plan %(plan)s from %(at)s on.") % values
        return Mail(_("The plan of %(name)s") % values, (news, *_price_lines(prices), page))

    transaction.on_commit(lambda: mail_notice(to=to, write=write))


def _price_lines(prices: Prices | None) -> tuple[str, ...]:
    if prices is None:
        return ()
    words = price_words(prices)
    lines = [_("Basic fee a month, before tax: %(fee)s") % {"fee": words.fee}]
    for charge in words.charges:
        parts = [*charge.beyond]
        if charge.included:
            parts.insert(0, _("%(count)s included") % {"count": charge.included})
        if charge.most:
            parts.append(_("at most %(count)s a month") % {"count": charge.most})
        lines.append(f"{charge.what}: {'; '.join(parts)}")
    return (*lines, *words.notes)
