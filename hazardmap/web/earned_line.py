"""What a share of money was for: from a movement down to the hazards and the pictures of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hazardmap.core.selling.pricing.money import Currency
from hazardmap.core.selling.sharing import PARTS
from hazardmap.hazards.own_selectors import OwnHazard, OwnPass, own_hazards
from hazardmap.platform.amounts import amount_words
from hazardmap.platform.there import there
from hazardmap.rewards.reason_selectors import ReasonInfo, Why, why
from hazardmap.web.asking import own_page, signed_in
from hazardmap.web.earnings import movement_words
from hazardmap.web.words import kind_label


@dataclass(frozen=True, slots=True)
class Told:
    """A hazard of a share. units: of what was sold. own: the share of them that is one's own, 0..1.

    label: "" where the map knows it no more. amount: None of what was taken.
    """

    hazard_id: UUID
    label: str
    amount: str | None
    units: float
    own: float
    passes: list[OwnPass]
    passes_left: int


@own_page
def earned_line_page(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """Of the reader's own movements: nobody else's, and nothing of who has bought."""
    witness = signed_in(request).witness
    movements = there(why(witness, line_id))
    ids = {reason.hazard_id for one in movements for reason in one.reasons}
    own = own_hazards(witness, ids)
    return render(
        request,
        "web/earned_line.html",
        {"movements": [_movement(one, own) for one in movements]},
    )


def _movement(one: Why, own: Mapping[UUID, OwnHazard]) -> dict[str, object]:
    currency = one.movement.currency
    rest = amount_words(one.rest_micro, currency) if one.rest_micro else ""
    told = [_told(reason, own[reason.hazard_id], currency) for reason in one.reasons]
    return movement_words(one.movement) | {"told": told, "rest": rest}


def _told(reason: ReasonInfo, own: OwnHazard, currency: Currency) -> Told:
    micro = reason.amount_micro
    return Told(
        hazard_id=own.hazard.id if own.hazard else reason.hazard_id,
        label=kind_label(own.hazard.kind) if own.hazard else "",
        amount=None if micro is None else amount_words(micro, currency),
        units=reason.sold / PARTS,
        own=reason.parts / reason.sold,
        passes=own.passes,
        passes_left=own.all_passes - len(own.passes),
    )
