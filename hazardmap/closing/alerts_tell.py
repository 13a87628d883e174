"""Tell by webhook how much of a spending cap is used: mail is sent by billing itself."""

from typing import Final
from uuid import UUID

from hazardmap.billing.services import alerts_hand_on
from hazardmap.billing.spend_selectors import AlertInfo
from hazardmap.core.selling.pricing.money import decimal_of, plain
from hazardmap.webhooks.services import notice_make

TYPE: Final = "spending.alert"


def alerts_tell() -> int:
    """Make the messages of all alerts that there are none of yet; return of how many alerts."""
    return alerts_hand_on(_tell)


def _tell(organisation_id: UUID, alert: AlertInfo) -> None:
    data = {
        "percent": alert.percent,
        "whose": "key" if alert.key_id else "organisation",
        "key_id": alert.key_id or None,
        "month": f"{alert.month:%Y-%m}",
        "cap": plain(decimal_of(alert.cap_micro)),
        "spent": plain(decimal_of(alert.spent_micro)),
        "currency": alert.currency.value,
    }
    notice_make(organisation_id=organisation_id, about=alert.id, type_=TYPE, at=alert.at, data=data)
