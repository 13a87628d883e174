"""A buyer's month for the portal of the demonstration: a plan, and usage that nobody really had."""

import json
import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from django.utils import timezone

from hazardmap.accounts.selectors import organisation_of_key
from hazardmap.accounts.services import key_admit
from hazardmap.billing.documents import buyer_from, terms_from
from hazardmap.billing.management.commands.billing_setup import EXAMPLE
from hazardmap.billing.selectors import customer_known
from hazardmap.billing.services import customer_set, subscribe, terms_set
from hazardmap.core.access.tokens import Use, parse_token
from hazardmap.core.full_times import HOUR
from hazardmap.core.selling.pricing.period import month_of
from hazardmap.core.selling.usage import Meter, UsageRecord
from hazardmap.demo.accounts import DemoAccounts
from hazardmap.metering.services import usage_record

BUYER: Final = {
    "seller": "HM",
    "currency": "EUR",
    "name": "Demo Fleet",
    "address": "Example street 1, Helsinki",
    "country": "FI",
    "tax_number": "",
}


def demo_sales(accounts: DemoAccounts) -> bool:
    """Subscribe the demo's buyer from the beginning of the month, with usage up to now.

    False if that was done before.
    """
    token = parse_token(accounts.api_key, Use.API_KEY)
    organisation_id = None if token is None else organisation_of_key(token.kid)
    if token is None or organisation_id is None or customer_known(organisation_id):
        return False
    seller, plans = terms_from(json.loads(EXAMPLE))
    terms_set(seller=seller, plans=plans)
    now = timezone.now()
    for record in _usage(token.kid, month_of(now).start, now):
        usage_record(record)
    key_admit(token=accounts.api_key, meta={"REMOTE_ADDR": "127.0.0.1"})  # it counts as used, too
    customer_set(organisation_id=organisation_id, buyer=buyer_from(BUYER))
    subscribe(organisation_id=organisation_id, plan=plans[0].code, start=month_of(now).start)
    return True


def _usage(kid: str, start: datetime, end: datetime) -> Iterator[UsageRecord]:
    """More by day than by night, less at weekends, a little more each week; always the same."""
    at = start + timedelta(minutes=20)
    while at < end - HOUR:
        busy = 1 + math.cos((at.hour - 13) / 24 * 2 * math.pi)
        busy *= (0.4 if at.weekday() >= 5 else 1.0) * (1 + at.day / 60)
        for meter, most in ((Meter.HAZARD, 90), (Meter.TILE, 220)):
            dice = sha256(f"{at} {meter}".encode()).digest()
            units = round(busy * most * (0.5 + dice[0] / 255))
            if units and dice[1] < 250:
                yield UsageRecord(kid, meter, units, at, f"demo-{at:%d%H}-{meter}", "demonstration")
        at += HOUR
