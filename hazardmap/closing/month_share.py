"""What buyers paid in a month, to those whose evidence they got."""

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from uuid import UUID

from hazardmap.billing.selectors import LineShare, line_events, shares_of
from hazardmap.core.pricing.period import Period
from hazardmap.core.sharing import weights
from hazardmap.core.usage import Meter
from hazardmap.hazards.selectors import trails_of
from hazardmap.rewards.services import share_set_aside, share_split, share_take_back


class Outcome(StrEnum):
    DIVIDED = "divided"
    HELD = "held"
    TAKEN_BACK = "taken back"
    AS_BEFORE = "as before"


def month_share(month: Period) -> Iterator[tuple[LineShare, Outcome]]:
    """Set aside and divide the contributors' share of each line of a month's invoices.

    Safe to call again. Lines whose answers name no hazards (tiles) stay held.
    """
    for share in shares_of(month):
        yield share, _share(share)


def _share(share: LineShare) -> Outcome:
    if share.void:
        done = share_take_back(line_id=share.line_id)
        return Outcome.TAKEN_BACK if done else Outcome.AS_BEFORE
    held = share_set_aside(
        line_id=share.line_id, amount_micro=share.amount_micro, currency=share.currency
    )
    if share.meter is Meter.HAZARD:
        delivered = _delivered(share.line_id)
        if share_split(line_id=share.line_id, weights=weights(delivered, trails_of(delivered))):
            return Outcome.DIVIDED
    return Outcome.HELD if held else Outcome.AS_BEFORE


def _delivered(line_id: UUID) -> Counter[UUID]:
    """How often each hazard was in the answers behind a line."""
    return Counter(
        hazard for _, events in line_events(line_id) for event in events for hazard in event.hazards
    )
