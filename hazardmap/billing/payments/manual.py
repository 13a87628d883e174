from collections.abc import Iterator
from datetime import datetime

from hazardmap.billing.payments.provider import Asked, Bill, Known, Payer


class Manual:
    """Buyers transfer what is due and name the invoice's number; the operator notes it
    (`manage.py invoice HM-000012 --paid`)."""

    name = "manual"

    def payer_put(self, payer: Payer, ref: str) -> str:
        return str(payer.id)

    def bill_put(self, bill: Bill, payer_ref: str, ref: str) -> str:
        return bill.number

    def bill_void(self, ref: str) -> None:
        """Nobody was asked but by the invoice itself."""

    def bill_settle(self, ref: str) -> None:
        """As above."""

    def bill_look(self, ref: str) -> Known | None:
        return None

    def bills_since(self, at: datetime) -> Iterator[Asked]:
        return iter(())
