from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class PerUnit:
    """Every unit costs the same."""

    unit_price: Decimal

    def amount(self, quantity: int) -> Decimal:
        return quantity * self.unit_price
