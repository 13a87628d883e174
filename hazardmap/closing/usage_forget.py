"""Answers of months with which everybody is done: who asked when for what is not kept for ever.

A year is what a buyer has to open an invoice down to its answers. What is still to be billed, paid
or divided by them keeps its month for longer.
"""

import logging
from datetime import datetime
from typing import Final

from django.db import DatabaseError

from hazardmap.billing.line_selectors import is_open, months_billing, shares_of
from hazardmap.core.selling.pricing.period import Period
from hazardmap.metering.selectors import months_kept
from hazardmap.metering.services import usage_forget
from hazardmap.platform.partitions import month_after
from hazardmap.rewards.selectors import is_settled

KEPT_MONTHS: Final = 12
logger = logging.getLogger(__name__)


def old_usage_forget(now: datetime) -> list[Period]:
    """Forget the answers of all months of which nothing is left to do; which these were.

    A month that cannot be forgotten today is logged, and tried again the next time.
    """
    forgotten = []
    for month in months_kept():
        if month.end > month_after(now, -KEPT_MONTHS):
            break
        try:
            if _is_done(month) and usage_forget(month):
                forgotten.append(month)
        except DatabaseError:
            logger.exception("the answers of %s are not forgotten yet", month)
    return forgotten


def _is_done(month: Period) -> bool:
    return not is_open(month) and all(
        share.void or not share.amount_micro or is_settled(share.line_id)
        for billing in months_billing(month)
        for share in shares_of(billing)
    )
