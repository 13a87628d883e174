from dataclasses import dataclass
from decimal import Decimal

from hazardmap.core.selling.pricing.tiers import Tier, check_tiers, steps


@dataclass(frozen=True, slots=True)
class Graduated:
    """Each unit costs what the tier that it falls into says, plus each begun tier's fee."""

    tiers: tuple[Tier, ...]

    def __post_init__(self) -> None:
        check_tiers(self.tiers)

    def amount(self, quantity: int) -> Decimal:
        total = Decimal(0)
        for before, tier in steps(self.tiers):
            if quantity <= before:
                break
            upper = quantity if tier.up_to is None else min(quantity, tier.up_to)
            total += (upper - before) * tier.unit_price + tier.flat
        return total
