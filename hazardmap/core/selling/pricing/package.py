from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Package:
    """Units come in packages of `size`; one that is begun is paid in full."""

    size: int
    price: Decimal

    def __post_init__(self) -> None:
        if self.size < 1:
            raise ValueError(f"a package holds at least 1 unit, not {self.size}")

    def amount(self, quantity: int) -> Decimal:
        return -(-quantity // self.size) * self.price
