"""Whoever runs the site closes an organisation: one that leaves, never paid, or misuses it.

Its owners do so at `/portal/`; what is open is billed in either case.
"""

from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from hazardmap.accounts import services as accounts
from hazardmap.billing.services import money_open, subscriptions_end
from hazardmap.metering.services import usage_roll
from hazardmap.moderation.services import audit_closing

REASON_LENGTH: Final = 200


class ClosingRefused(Exception):
    """The message is one sentence for people."""


class MoneyOpen(ClosingRefused):
    """There is money open, and nobody has said that it may be."""


def organisation_close(
    *, organisation_id: UUID, by: str, reason: str, although_open: bool
) -> tuple[str, list[str]]:
    """Its name, and what money is still open.

    although_open: close it while money is; it stays owed. Raises ClosingRefused, and nothing is
    closed.
    """
    reason = " ".join(reason.split())
    if not 1 <= len(reason) <= REASON_LENGTH:
        raise ClosingRefused(f"The reason must have 1 to {REASON_LENGTH} letters.")
    usage_roll()
    with transaction.atomic():
        try:
            closed = accounts.organisation_close(organisation_id=organisation_id)
        except accounts.NotAllowed as refused:
            raise ClosingRefused(f"There is no open organisation {organisation_id}.") from refused
        subscriptions_end()
        left = list(money_open(organisation_id, timezone.now()))
        if left and not although_open:
            raise MoneyOpen(f"{closed.name} has money open: {'; '.join(left)}.")
        audit_closing(
            by=by, organisation_id=organisation_id, money_open="; ".join(left), reason=reason
        )
    return closed.name, left
