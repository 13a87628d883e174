from dataclasses import dataclass
from decimal import Decimal

from hazardmap.core.selling.pricing.tiers import Tier, check_tiers, steps


@dataclass(frozen=True, slots=True)
class Volume:
    """All units cost what the tier of their number says.

    Just below a limit that would cost more than just above it, so nobody is charged more than
    the least that a larger quantity costs.
    """

    tiers: tuple[Tier, ...]

    def __post_init__(self) -> None:
        check_tiers(self.tiers)

    def amount(self, quantity: int) -> Decimal:
        if quantity == 0:
            return Decimal(0)
        return min(
            max(quantity, before + 1) * tier.unit_price + tier.flat
            for before, tier in steps(self.tiers)
            if tier.up_to is None or quantity <= tier.up_to
        )
