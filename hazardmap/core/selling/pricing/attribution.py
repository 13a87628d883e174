"""What a buyer paid in the end, fees and discounts included, by what was used for it."""

from collections.abc import Iterable
from fractions import Fraction
from uuid import UUID

from hazardmap.core.selling.pricing.rating import Line, LineKind, total_micro
from hazardmap.core.selling.splitting import split


def paid_by_usage(lines: Iterable[tuple[UUID, Line]]) -> dict[UUID, int]:
    """Of one subscription's lines for one period: by line of usage, what was paid, in micro-units.

    The sum of all lines is divided over those of usage by what they cost or, where all were
    included, by their units; nothing where nothing was used.
    """
    known = list(lines)
    used = {id_: line for id_, line in known if line.kind is LineKind.USAGE}
    by_amount = {id_: Fraction(max(0, line.amount_micro)) for id_, line in used.items()}
    by_units = {id_: Fraction(max(0, line.quantity)) for id_, line in used.items()}
    paid_micro = max(0, total_micro(line for _, line in known))
    for by in (by_amount, by_units):
        if any(by.values()):
            return split(paid_micro, by)
    return {}
