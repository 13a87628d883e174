"""What buyers paid in a month, to those whose evidence they got."""

import logging
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from hazardmap.billing.line_selectors import LineShare, months_ended, shares_of
from hazardmap.closing.delivered import TilesShown, delivered
from hazardmap.core.selling.pricing.period import Period
from hazardmap.core.selling.sharing import Sold, Trail, earned, penalties, spoilt, weights
from hazardmap.hazards.delivered import trails_of
from hazardmap.platform.unhurried import unhurried
from hazardmap.rewards.selectors import is_split, lines_held, lines_settling
from hazardmap.rewards.services import (
    share_claw_back,
    share_correct,
    share_set_aside,
    share_split,
    share_take_back,
)

logger = logging.getLogger(__name__)
SETTLED_AFTER = timedelta(days=14)
"""Frames come up to a week late, and what they tell settles what others had told."""


class Outcome(StrEnum):
    HELD = "held"
    DIVIDED = "divided"
    CORRECTED = "corrected"
    TAKEN_BACK = "taken back"
    AS_BEFORE = "as before"
    FAILED = "failed"


def month_share(month: Period, now: datetime) -> Iterator[tuple[LineShare, Outcome]]:
    """Set aside the contributors' share of each line of a month's invoices, and divide it once
    the evidence is settled and the invoice paid; take it back where that is void, and what proved
    false before it is payable. Safe to call again. A line that fails is logged and keeps no other
    waiting."""
    tiles, settling = TilesShown(), set(lines_settling(now))
    for share in shares_of(month):
        try:
            if share.line_id in settling:
                outcome = _judge_again(share, tiles)
            else:
                outcome = _share(share, tiles, settled=now >= month.end + SETTLED_AFTER)
        except Exception:
            logger.exception("the share of line %s is as before", share.line_id)
            outcome = Outcome.FAILED
        yield share, outcome


def held_share(now: datetime) -> int:
    """Do the same for all months in which something is held of what was paid, or became void,
    since, or will soon be payable; return of how many lines something was booked."""
    months = months_ended([*lines_held(), *lines_settling(now)])
    outcomes = (outcome for month in months for _, outcome in month_share(month, now))
    booked = {Outcome.DIVIDED, Outcome.CORRECTED, Outcome.TAKEN_BACK}
    return sum(outcome in booked for outcome in outcomes)


def _share(share: LineShare, tiles: TilesShown, *, settled: bool) -> Outcome:
    if share.void:
        done = share_take_back(line_id=share.line_id)
        return Outcome.TAKEN_BACK if done else Outcome.AS_BEFORE
    held = share_set_aside(
        line_id=share.line_id,
        amount_micro=share.amount_micro,
        currency=share.currency,
        what={"meter": share.meter.value, "month": f"{share.start:%Y-%m}"},
    )
    if settled and share.paid and not is_split(share.line_id):
        with unhurried():
            sold, trails = _sold(share, tiles)
            theirs, owed = list(earned(sold, trails)), list(spoilt(sold, trails))
            share_split(line_id=share.line_id, weights=weights(theirs), parts=theirs)
            share_claw_back(
                line_id=share.line_id,
                penalties=penalties(owed),
                units=sum(sold.values()),
                parts=owed,
            )
        return Outcome.DIVIDED
    return Outcome.HELD if held else Outcome.AS_BEFORE


def _judge_again(share: LineShare, tiles: TilesShown) -> Outcome:
    """Who has told what proved false since it was divided pays for it while he is not paid yet."""
    with unhurried():
        sold, trails = _sold(share, tiles)
        owed = list(spoilt(sold, trails))
        done = share_correct(
            line_id=share.line_id,
            weights=weights(earned(sold, trails)),
            penalties=penalties(owed),
            units=sum(sold.values()),
            parts=owed,
        )
    return Outcome.CORRECTED if done else Outcome.AS_BEFORE


def _sold(share: LineShare, tiles: TilesShown) -> tuple[dict[Sold, int], dict[UUID, Trail]]:
    """How much of a line each hazard was, by what was known of it when, and their trails.

    Known is what was received before the hour of the sale: what comes later, however long ago it
    says that it was seen, has sold nothing.
    """
    sold = Counter[Sold]()
    trails: dict[UUID, Trail] = {}
    for hour, parts in delivered(share.line_id, share.meter, tiles):
        trails |= trails_of(id_ for id_ in parts if id_ is not None and id_ not in trails)
        for hazard_id, amount in parts.items():
            trail = None if hazard_id is None else trails.get(hazard_id)
            sold[Sold(hazard_id, trail.received(hour) if trail else 0)] += amount
    return dict(sold), trails
