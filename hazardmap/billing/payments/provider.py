"""What a payment provider does for us; which one it is, the operator's settings say."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from hazardmap.core.selling.pricing.money import Currency


class Fate(StrEnum):
    """What the provider knows of an invoice."""

    DRAFT = "draft"
    OPEN = "open"
    PAID = "paid"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Payer:
    id: int
    name: str
    emails: tuple[str, ...]

    @property
    def email(self) -> str:
        """The one that the provider writes to; "" where there is nobody left."""
        return self.emails[0] if self.emails else ""


@dataclass(frozen=True, slots=True)
class Bill:
    """What is to be paid: due_minor in the currency's smallest units."""

    id: UUID
    number: str
    currency: Currency
    due_minor: int
    due_on: date


@dataclass(frozen=True, slots=True)
class Known:
    fate: Fate
    currency: str
    due_minor: int


@dataclass(frozen=True, slots=True)
class Asked:
    """An invoice as the provider has it. invoice_id: ours, as it was told. ref: its own name."""

    invoice_id: str
    number: str
    ref: str
    fate: Fate


class ProviderFailed(Exception):
    """The provider could not be reached, or refused; tried again later."""


class Provider(Protocol):
    """Every call may be repeated: the same payer or bill is never there twice.

    All raise ProviderFailed.
    """

    name: str

    def payer_put(self, payer: Payer, ref: str) -> str:
        """Make the payer known, or known anew; the provider's name for it. ref: that name, if known
        already."""

    def bill_put(self, bill: Bill, payer_ref: str, ref: str) -> str:
        """Ask for payment of what is due, and for no more where it was asked for before; the
        provider's name for the bill. ref: that name, if known already."""

    def bill_void(self, ref: str) -> None:
        """Nothing is to be paid any more."""

    def bill_settle(self, ref: str) -> None:
        """It was paid some other way."""

    def bill_look(self, ref: str) -> Known | None:
        """What the provider knows of a bill; None where nobody keeps books."""

    def bills_since(self, at: datetime) -> Iterator[Asked]:
        """All that it was asked to collect for us since then."""
