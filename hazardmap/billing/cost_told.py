"""How answers and the TileJSON say what something costs: members of the same names."""

from typing import Any

from hazardmap.billing.services.answer_reserve import Charged
from hazardmap.core.selling.pricing.money import plain
from hazardmap.core.selling.usage import Meter


def cost_told(meter: Meter, units: int, charged: Charged | None) -> dict[str, Any]:
    """charged: None for who has no prices and for test keys; then nothing is known of money."""
    said = {"meter": meter.value, "units": units}
    if charged is None:
        return said | dict.fromkeys(("amount", "currency", "spent", "left", "units_left"))
    return said | {
        "amount": plain(charged.amount),
        "currency": charged.currency.value,
        "spent": plain(charged.spent),
        "left": None if charged.left is None else plain(charged.left),
        "units_left": charged.units_left,
    }
