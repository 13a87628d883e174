"""Reads: what a contributor's share of one line of an invoice was for."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple
from uuid import UUID

from hazardmap.core.selling.pricing.money import Currency
from hazardmap.core.selling.splitting import split
from hazardmap.rewards.models import Entry
from hazardmap.rewards.reason_models import Reason
from hazardmap.rewards.references import CLAW_BACK, CORRECTION, SPLIT, TAKE_BACK, reference
from hazardmap.rewards.selectors import Movement

_KINDS: Final = (SPLIT, CLAW_BACK, CORRECTION)


class ReasonInfo(NamedTuple):
    """parts, sold: what of the hazard's part of the sale was one's own, in PARTS.

    amount_micro: of a share; None of what was taken, which depends on what else there was.
    """

    hazard_id: UUID
    parts: int
    sold: int
    amount_micro: int | None


class Why(NamedTuple):
    """A movement and what it was for, what counted most first.

    rest_micro: of a share, what was for hazards that are not among them.
    """

    movement: Movement
    reasons: list[ReasonInfo]
    rest_micro: int


def why(witness: int, line_id: UUID) -> list[Why]:
    """A contributor's movements for an invoice's line, oldest first; none where it has none for
    him."""
    names = [reference(kind, line_id) for kind in _KINDS]
    names += [f"{TAKE_BACK}:{name}" for name in names]
    entries = Entry.objects.filter(account__witness=witness, booking__reference__in=names)
    found = list(entries.select_related("booking", "account").order_by("id"))
    kept: dict[int, list[Reason]] = {entry.booking_id: [] for entry in found}
    rows = Reason.objects.filter(witness=witness, booking__in=kept)
    for row in rows.order_by("-parts", "hazard_id"):
        kept[row.booking_id].append(row)
    return [_why(witness, entry, kept[entry.booking_id]) for entry in found]


def reasons_kept(witness: int) -> Iterator[Mapping[str, Any]]:
    """All that is kept of what somebody was paid for, to take along."""
    rows = Reason.objects.filter(witness=witness).order_by("booking", "-parts", "hazard_id")
    columns = rows.values_list("booking__reference", "hazard_id", "parts", "sold")
    for name, hazard_id, parts, sold in columns.iterator():
        yield {
            "reference": name,
            "hazard_id": hazard_id,
            "parts": int(parts),
            "sold": int(sold),
        }


def _why(witness: int, entry: Entry, rows: list[Reason]) -> Why:
    """entry: with its booking and account."""
    name, inputs = entry.booking.reference, entry.booking.inputs
    amounts: Mapping[UUID | None, int] = {}
    if rows and name.startswith(f"{SPLIT}:"):
        own: dict[UUID | None, int] = {row.hazard_id: int(row.parts) for row in rows}
        rest = int(dict(inputs["weights"])[witness]) - sum(own.values())
        amounts = split(entry.amount_micro, own | {None: rest})
    movement = Movement(
        entry.at,
        name,
        Currency(entry.account.currency),
        entry.amount_micro,
        inputs.get("meter"),
        inputs.get("month"),
    )
    reasons = [
        ReasonInfo(row.hazard_id, int(row.parts), int(row.sold), amounts.get(row.hazard_id))
        for row in rows
    ]
    return Why(movement, reasons, amounts.get(None, 0))
