"""A seller, a buyer with a key and a plan, and usage that has been served to it."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from hazardmap.accounts.services import key_create, organisation_create
from hazardmap.billing.documents import buyer_from, terms_from
from hazardmap.billing.management.commands.billing_setup import EXAMPLE
from hazardmap.billing.models import Credit, Customer, Invoice
from hazardmap.billing.services import (
    credit_grant,
    customer_set,
    invoice_draft,
    invoice_finalise,
    subscribe,
    terms_set,
)
from hazardmap.core.selling.pricing.period import Period, month_of
from hazardmap.core.selling.usage import Meter, UsageRecord
from hazardmap.metering.services import usage_roll, usage_ship
from hazardmap.platform.ids import new_id
from hazardmap.platform.partitions import make_partitions, missing_partitions, month_after

NOW = timezone.now()
LAST = month_of(month_after(NOW, -1))
BEFORE = month_of(month_after(NOW, -2))
BUYER = {
    "seller": "HM",
    "currency": "EUR",
    "name": "Fleet GmbH",
    "address": "Weg 1, Berlin",
    "country": "DE",
    "tax_number": "",
}


def sell(
    start: datetime = BEFORE.start, *, prices: dict[str, Any] | None = None, **buyer: str
) -> tuple[UUID, str]:
    """Set up the example's terms (with other `prices`) and a customer; its organisation and key."""
    if missing_partitions(BEFORE.start):
        make_partitions(LAST.start)
    changed_terms(**prices or {})
    organisation = organisation_create(name="Fleet")
    key = key_create(organisation=organisation, name="key").kid
    reference = buyer.pop("reference", "")
    customer_set(organisation_id=organisation.id, buyer=buyer_from(BUYER | buyer))
    Customer.objects.update(reference=reference)
    subscribe(organisation_id=organisation.id, plan="standard", start=start)
    return organisation.id, key


def customer_of(organisation_id: UUID) -> Customer:
    return Customer.objects.get(organisation_id=organisation_id)


def changed_terms(**prices: Any) -> None:
    """The same plan at other prices; the operator alone subscribes to it."""
    document = json.loads(EXAMPLE)
    document["plans"][0]["offered"] = False
    document["plans"][0]["prices"] |= prices
    seller, plans = terms_from(document)
    terms_set(seller=seller, plans=plans)


def serve(
    key: str,
    month: Period,
    *,
    units: int,
    meter: Meter = Meter.HAZARD,
    day: int = 3,
    hazards: tuple[UUID, ...] = (),
    subject: str = "hazards",
) -> None:
    """One answer, in a log that comes late, in the database and in the sums."""
    at = month.start + timedelta(days=day, minutes=7)
    request_id = str(new_id())
    log = Path(settings.USAGE_LOG) / f"{at:%Y-%m-%dT%H}-{request_id}.usage"
    log.parent.mkdir(exist_ok=True)
    record = UsageRecord(key, meter, units, at, request_id, subject, hazards)
    log.write_text(record.to_line() + "\n")
    usage_ship()
    usage_roll()


def drafted(organisation_id: UUID, month: Period) -> Invoice:
    draft = invoice_draft(customer_id=customer_of(organisation_id).pk, month=month)
    assert draft is not None
    return draft


def billed(organisation_id: UUID, month: Period) -> Invoice:
    return invoice_finalise(invoice_id=drafted(organisation_id, month).id)


def granted(organisation_id: UUID, amount: int) -> Credit:
    """Of a payment that is like no other."""
    return credit_grant(
        organisation_id=organisation_id,
        amount=Decimal(amount),
        expires_at=None,
        reference=str(new_id()),
    )


def euros(micro: int) -> Decimal:
    return Decimal(micro) / 1_000_000
