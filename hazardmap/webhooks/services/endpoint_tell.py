"""Mails to those who may change an organisation's webhooks: one of them takes nothing any more."""

from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from hazardmap.accounts.selectors import people_who_may
from hazardmap.core.access.roles import Act
from hazardmap.platform.mail import Mail, mail_notice, page_link
from hazardmap.platform.rate_limit import allow
from hazardmap.webhooks.models import Endpoint
from hazardmap.webhooks.values import KEPT_DAYS

MAILS_PER_DAY: Final = 5
"""For an organisation: whoever has found a key of it can make endpoints that end as he likes."""


def tell_it_is_off(endpoint: Endpoint) -> None:
    """After the transaction: its receiver wanted no more."""
    _tell(
        endpoint,
        lambda: Mail(
            _("A webhook is switched off: %(host)s") % {"host": _host(endpoint)},
            (
                _(
                    "%(host)s has answered “410 Gone”, by which a receiver says that it wants no "
                    "more. So nothing is sent there."
                )
                % {"host": _host(endpoint)},
                _(
                    "If that was not meant, switch it on again: what waits is sent then, up to "
                    "%(days)d days later. If it was, remove it: until then its watched hours count."
                )
                % {"days": KEPT_DAYS},
                _page(endpoint),
            ),
        ),
    )


def tell_it_is_away(endpoint: Endpoint) -> None:
    """After the transaction: a message is given up."""
    _tell(
        endpoint,
        lambda: Mail(
            _("A message of a webhook is given up: %(host)s") % {"host": _host(endpoint)},
            (
                _(
                    "%(host)s has not taken a message in ten tries within some three days, so it "
                    "is given up. The others are still sent."
                )
                % {"host": _host(endpoint)},
                _(
                    "What it answered stands beside each message. Once it works, send again what "
                    "was given up, up to %(days)d days later. If there is more, you are told in a "
                    "week, or when it has been away anew."
                )
                % {"days": KEPT_DAYS},
                _page(endpoint),
            ),
        ),
    )


def _tell(endpoint: Endpoint, write: Callable[[], Mail]) -> None:
    to = people_who_may(endpoint.organisation_id, Act.MANAGE_WEBHOOKS)
    bucket = f"webhook-mails:{endpoint.organisation_id}"
    if to and allow(bucket, limit=MAILS_PER_DAY, period_s=86_400):
        transaction.on_commit(lambda: mail_notice(to=to, write=write))


def _host(endpoint: Endpoint) -> str:
    """All that a mail says of an address: the rest may be a secret of its receiver."""
    return urlsplit(endpoint.url).hostname or ""


def _page(endpoint: Endpoint) -> str:
    return page_link(f"/portal/{endpoint.organisation_id}/webhooks/{endpoint.pk}/")
