"""The contributors' share of what was sold: set aside, divided by evidence, taken back."""

from collections.abc import Mapping
from fractions import Fraction
from uuid import UUID

from django.db import transaction

from hazardmap.core.pricing.money import Currency
from hazardmap.core.splitting import split
from hazardmap.rewards.models import Account, Booking
from hazardmap.rewards.references import SET_ASIDE, SPLIT, TAKE_BACK, reference
from hazardmap.rewards.services.ledger_book import Ledger, entries_of, ledger_book


def share_set_aside(*, line_id: UUID, amount_micro: int, currency: Currency) -> bool:
    """Hold the share of an invoice's line; False where that is done already."""
    return ledger_book(
        reference=reference(SET_ASIDE, line_id),
        entries={
            Ledger(Account.Kind.BILLING, None, currency): -amount_micro,
            Ledger(Account.Kind.HELD, None, currency): amount_micro,
        },
        inputs={"amount_micro": amount_micro, "currency": currency.value},
    )


def share_split(*, line_id: UUID, weights: Mapping[int | None, Fraction]) -> bool:
    """Divide what is held of a line by witness, to the micro-unit; False where that is done.

    None is what nobody's evidence stands behind. Once divided it stays, whatever the evidence
    becomes. Raises Booking.DoesNotExist where nothing was set aside.
    """
    if Booking.objects.filter(reference=reference(SPLIT, line_id)).exists():
        return False
    held = Booking.objects.get(reference=reference(SET_ASIDE, line_id)).inputs
    amount_micro, currency = int(held["amount_micro"]), Currency(held["currency"])
    ordered = sorted(weights.items(), key=lambda item: (item[0] is None, item[0] or 0))
    parts = split(amount_micro, dict(ordered))
    return ledger_book(
        reference=reference(SPLIT, line_id),
        entries={
            Ledger(Account.Kind.HELD, None, currency): -amount_micro,
            **{_owner(witness, currency): part for witness, part in parts.items()},
        },
        inputs=held | {"weights": [[witness, str(weight)] for witness, weight in ordered]},
    )


@transaction.atomic
def share_take_back(*, line_id: UUID) -> bool:
    """Book the opposite of all that was booked for a line; False where there is nothing to do."""
    done = False
    for kind in (SPLIT, SET_ASIDE):
        booking = Booking.objects.filter(reference=reference(kind, line_id)).first()
        if booking is not None:
            done |= ledger_book(
                reference=f"{TAKE_BACK}:{booking.reference}",
                entries={ledger: -amount for ledger, amount in entries_of(booking).items()},
                inputs={},
            )
    return done


def _owner(witness: int | None, currency: Currency) -> Ledger:
    kind = Account.Kind.UNCLAIMED if witness is None else Account.Kind.CONTRIBUTOR
    return Ledger(kind, witness, currency)
