"""Is what was served what is summed, and what is summed what is billed?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from hazardmap.accounts.selectors import unbilled_keys
from hazardmap.billing.line_selectors import Unbilled, hours_unbilled
from hazardmap.billing.selectors import customers_until, is_finalised, keys_of_customers
from hazardmap.core.selling.pricing.period import Period
from hazardmap.metering.selectors import (
    hours_unequal,
    is_kept,
    logs_waiting,
    records_missing,
    usage_keys,
)

DAY = timedelta(days=1)
LOADED_WITHIN = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Difference:
    """wrong: a fault of ours; else only something to know."""

    wrong: bool
    words: str


def reconcile(month: Period, now: datetime) -> Iterator[Difference]:
    """Every difference between logs, events, sums by the hour and invoices of a month."""
    for name in logs_waiting(now - LOADED_WITHIN):
        yield Difference(True, f"the log {name} is not loaded")
    for log, record in records_missing():
        what = f"{record.quantity} of {record.meter} to {record.key_id} ({record.request_id})"
        yield Difference(True, f"{what} stand in the log {log} and not among the events")
    day, end = month.start, min(month.end, now)
    if not is_kept(month.start):
        yield Difference(False, "the answers of this month are forgotten, so none is counted anew")
        day = end
    while day < end:
        for hour in hours_unequal(start=day, end=day + DAY):
            yield Difference(
                True,
                f"{hour.hour:%Y-%m-%d %H:%M} {hour.key_id} {hour.meter}: "
                f"{hour.counted} served, {hour.stored} summed",
            )
        day += DAY
    for customer_id in customers_until(month.end):
        finalised = is_finalised(customer_id, month)
        for unbilled in hours_unbilled(customer_id, month):
            found = _judged(unbilled, finalised=finalised)
            if found is not None:
                yield found
    strangers = set(usage_keys(start=month.start, end=month.end)) - keys_of_customers()
    for key_id in sorted(strangers - unbilled_keys(strangers)):
        yield Difference(False, f"{key_id} belongs to no customer and was served")


def _judged(hour: Unbilled, *, finalised: bool) -> Difference | None:
    place = f"{hour.hour:%Y-%m-%d %H:%M} {hour.key_id} {hour.meter}"
    units = f"{hour.served} served, {hour.billed} billed"
    if hour.billed > hour.served:
        return Difference(True, f"{place}: {units}")
    if not hour.subscribed:
        return Difference(False, f"{place}: {units}, there was no subscription")
    if finalised:
        return Difference(False, f"{place}: {units}, the rest is on the next invoice")
    return None
