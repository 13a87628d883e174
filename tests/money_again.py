"""What invoices and shares come to, computed a second time from docs/billing.md and the ADRs alone.

Nothing of hazardmap is imported. Exact fractions everywhere; amounts are whole micro-units.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any, NamedTuple

MICRO = 1_000_000
Lines = dict[tuple[str, str], tuple[int, int]]
"""Units and micro-units by kind and what a line is of."""


class Said(NamedTuple):
    """What a pass said about a hazard; it told a true one if `real`, None: nobody knows."""

    witness: int
    received_at: datetime
    p_before: float
    p_after: float


class Answer(NamedTuple):
    key: str
    meter: str
    units: int
    at: datetime
    hazards: tuple[Any, ...]


def half_up(amount: Fraction) -> int:
    return math.floor(amount + Fraction(1, 2)) if amount >= 0 else -half_up(-amount)


def owed(
    prices: dict[str, Any],
    units: Mapping[str, int],
    month: tuple[datetime, datetime],
    part: tuple[datetime, datetime],
) -> Lines:
    """The lines of a part of a month: what is due at its end less what is due at its start."""
    minor = MICRO if prices["currency"] == "JPY" else MICRO // 100

    def due(whole: Fraction) -> int:
        length_s = Fraction((month[1] - month[0]).total_seconds())
        passed = [Fraction((at - month[0]).total_seconds()) / length_s for at in part]
        return half_up(whole * passed[1]) - half_up(whole * passed[0])

    def money(text: str) -> int:
        return due(Fraction(text) * MICRO / minor) * minor

    def paid(amount: Fraction) -> int:
        return half_up(amount * MICRO / minor) * minor

    lines: Lines = {("fee", ""): (0, money(prices["fee"]))}
    charges = {charge["meter"]: charge for charge in prices["charges"]}
    for meter in units.keys() | charges.keys():
        used, charge = units.get(meter, 0), charges.get(meter)
        cost = 0
        if charge is not None:
            beyond = max(0, used - due(Fraction(charge.get("included", 0))))
            cost = paid(_cost(charge, beyond))
            least = money(charge.get("minimum", "0"))
            lines["minimum", meter] = 0, max(0, least - cost)
        lines["usage", meter] = used, cost
    for discount in prices["discounts"]:
        so_far = sum(micro for _, micro in lines.values())
        if "percent" in discount:
            off = paid(Fraction(so_far, MICRO) * Fraction(discount["percent"]) / 100)
        else:
            off = min(money(discount["amount"]), so_far)
        lines["discount", discount["name"]] = 0, -off
    so_far = sum(micro for _, micro in lines.values())
    lines["commitment", ""] = 0, max(0, money(prices["commitment"]) - so_far)
    return {key: line for key, line in lines.items() if any(line)}


def _cost(charge: dict[str, Any], units: int) -> Fraction:
    match charge["model"]:
        case "per_unit":
            return units * Fraction(charge["unit_price"])
        case "package":
            return math.ceil(Fraction(units, charge["size"])) * Fraction(charge["price"])
        case "graduated":
            return _by_tiers(charge["tiers"], units)
    if not units:
        return Fraction(0)
    beyond = [tier["up_to"] + 1 for tier in charge["tiers"] if tier["up_to"]]
    return min(_by_volume(charge["tiers"], more) for more in [units, *beyond] if more >= units)


def _by_tiers(tiers: list[dict[str, Any]], units: int) -> Fraction:
    cost, before = Fraction(0), 0
    for tier in tiers:
        inside = max(0, min(units, tier["up_to"] or units) - before)
        if inside:
            cost += inside * Fraction(tier["unit_price"]) + Fraction(tier.get("flat", "0"))
        before = tier["up_to"] or units
    return cost


def _by_volume(tiers: list[dict[str, Any]], units: int) -> Fraction:
    tier = next(one for one in tiers if one["up_to"] is None or units <= one["up_to"])
    return units * Fraction(tier["unit_price"]) + Fraction(tier.get("flat", "0"))


def divided(amount: int, parts: Mapping[Any, Fraction]) -> dict[Any, Fraction]:
    """Exactly; whoever books it in whole micro-units is off by less than one."""
    whole = sum(parts.values())
    return {who: amount * part / whole for who, part in parts.items()}


def set_aside(lines: Mapping[Any, tuple[str, int, int]], percent: str) -> dict[Any, Fraction]:
    """Of the lines (kind, units, micro-units) that one invoice has for a part of a month, by line
    of usage: what belongs to the contributors of all that was paid."""
    used = {id_: line for id_, line in lines.items() if line[0] == "usage"}
    paid = sum(micro for _, _, micro in lines.values()) * Fraction(percent) / 100
    costs = {id_: Fraction(max(0, micro)) for id_, (_, _, micro) in used.items()}
    counts = {id_: Fraction(max(0, units)) for id_, (_, units, _) in used.items()}
    for by in (costs, counts):
        if any(by.values()):
            return {id_: part * paid / sum(by.values()) for id_, part in by.items()}
    return {}


def bits(said: Iterable[Said], real: bool | None, before: datetime) -> dict[int, Fraction]:
    """By witness, for the truth or against it, of what was received before the hour of a sale, in
    whole millionths."""
    found: defaultdict[int, float] = defaultdict(float)
    for one in said:
        if real is not None and one.received_at < before:
            told = [p if real else 1.0 - p for p in (one.p_before, one.p_after)]
            found[one.witness] += math.log2(told[1] / told[0])
    return {who: Fraction(round(told * MICRO), MICRO) for who, told in found.items()}


def shared(
    answers: Mapping[tuple[str, datetime], list[tuple[int, tuple[Any, ...]]]],
    billed: Mapping[tuple[str, datetime], int],
    told: Any,
) -> tuple[dict[int | None, Fraction], dict[int, Fraction]]:
    """Of the units that a line bills by key and hour: what is each witness's, and what each spoilt.

    answers: units and what was in them. told: the bits about a hazard before an hour.
    """
    parts: defaultdict[int | None, Fraction] = defaultdict(Fraction)
    spoilt: defaultdict[int, Fraction] = defaultdict(Fraction)
    for place, units in billed.items():
        all_units = sum(count for count, _ in answers[place])
        for count, hazards in answers[place]:
            for hazard in hazards or (None,):
                part = Fraction(units * count, all_units * max(1, len(hazards)))
                by = told(hazard, place[1])
                true = {who: one for who, one in by.items() if one > 0}
                for who, one in true.items():
                    parts[who] += part * one / sum(true.values())
                if not true:
                    parts[None] += part
                for who, one in by.items():
                    if one < 0:
                        spoilt[who] += part * -one / sum(map(abs, by.values()))
    return parts, spoilt


def units_of(answers: Iterable[Answer], start: datetime, end: datetime) -> Counter[str]:
    found = Counter[str]()
    for answer in answers:
        if start <= answer.at < end:
            found[answer.meter] += answer.units
    return found
