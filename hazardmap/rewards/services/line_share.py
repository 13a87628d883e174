"""The contributors' share of what was sold: set aside, divided by evidence, taken back."""

from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db import transaction

from hazardmap.core.selling.pricing.money import Currency
from hazardmap.core.selling.sharing import Part
from hazardmap.core.selling.splitting import split
from hazardmap.rewards.models import Account, Booking
from hazardmap.rewards.references import (
    CLAW_BACK,
    CORRECTION,
    SET_ASIDE,
    SPLIT,
    TAKE_BACK,
    reference,
)
from hazardmap.rewards.selectors import earned
from hazardmap.rewards.services.ledger_book import Ledger, entries_of, ledger_book, ledger_lock
from hazardmap.rewards.services.reasons_keep import reasons_keep

NOTHING_SAID: Final[Mapping[str, str]] = MappingProxyType({})
Witness = TypeVar("Witness", int, int | None)


def share_set_aside(
    *, line_id: UUID, amount_micro: int, currency: Currency, what: Mapping[str, str] = NOTHING_SAID
) -> bool:
    """Hold the share of an invoice's line; False where that is done already.

    what: was sold, for people: the meter and the month.
    """
    return ledger_book(
        reference=reference(SET_ASIDE, line_id),
        entries={
            Ledger(Account.Kind.BILLING, None, currency): -amount_micro,
            Ledger(Account.Kind.HELD, None, currency): amount_micro,
        },
        inputs={"amount_micro": amount_micro, "currency": currency.value, **what},
    )


@transaction.atomic
def share_split(
    *, line_id: UUID, weights: Mapping[int | None, int], parts: Iterable[Part] = ()
) -> bool:
    """Divide what is held of a line by witness, to the micro-unit; False where that is done.

    None is what nobody's evidence stands behind. parts: what the weights are made of. Once divided
    it stays, whatever the evidence becomes. Raises Booking.DoesNotExist where nothing was set
    aside.
    """
    name = reference(SPLIT, line_id)
    if Booking.objects.filter(reference=name).exists():
        return False
    held, amount_micro, currency = _held(line_id)
    ledger_lock()
    ordered = _ordered(weights)
    shares = split(amount_micro, ordered)
    return _book(
        name,
        entries={
            Ledger(Account.Kind.HELD, None, currency): -amount_micro,
            **{_owner(witness, currency): share for witness, share in shares.items()},
        },
        inputs=held | {"weights": _written(ordered)},
        parts=parts,
    )


@transaction.atomic
def share_claw_back(
    *, line_id: UUID, penalties: Mapping[int, int], units: int, parts: Iterable[Part] = ()
) -> bool:
    """Take from witnesses what they spoilt of a line, and of what is not paid out yet only.

    penalties: of the line's `units`, how many each has spoilt (core.selling.sharing.penalties).
    parts: what they are made of. False where there is nothing to take, or it is taken already.
    """
    name = reference(CLAW_BACK, line_id)
    if not penalties or Booking.objects.filter(reference=name).exists():
        return False
    held, amount_micro, currency = _held(line_id)
    ledger_lock()
    taken = {
        witness: min(amount_micro * spoilt // units, max(0, earned(witness, currency)))
        for witness, spoilt in sorted(penalties.items())
    }
    if not any(taken.values()):
        return False
    return _book(
        name,
        entries=_forfeited(taken, currency),
        inputs=held | {"units": str(units), "penalties": _written(_ordered(penalties))},
        parts=_of(taken, parts),
    )


@transaction.atomic
def share_correct(
    *,
    line_id: UUID,
    weights: Mapping[int | None, int],
    penalties: Mapping[int, int],
    units: int,
    parts: Iterable[Part] = (),
) -> bool:
    """Leave who has told against the truth with what he would have of a line that is divided, had
    all been known then that is known now; once, and of what is not paid out yet only.

    parts: what the penalties are made of. False where there is nothing to take, which a booking of
    nothing says, and where that is done already.
    """
    name = reference(CORRECTION, line_id)
    held, amount_micro, currency = _held(line_id)
    ledger_lock()
    if Booking.objects.filter(reference=name).exists():
        return False
    had, shares = _had(line_id), split(amount_micro, _ordered(weights))
    taken: dict[int, int] = {}
    for witness, spoilt in sorted(penalties.items()):
        would_have = shares.get(witness, 0) - amount_micro * spoilt // units
        too_much = max(0, had[witness] - would_have)
        taken[witness] = min(too_much, max(0, earned(witness, currency)))
    if not any(taken.values()):
        ledger_book(reference=name, entries={}, inputs={})
        return False
    return _book(
        name,
        entries=_forfeited(taken, currency),
        inputs=held
        | {
            "weights": _written(_ordered(weights)),
            "units": str(units),
            "penalties": _written(_ordered(penalties)),
        },
        parts=_of(taken, parts),
    )


@transaction.atomic
def share_take_back(*, line_id: UUID) -> bool:
    """Book the opposite of all that was booked for a line; False where there is nothing to do."""
    done = False
    ledger_lock()
    for kind in (CORRECTION, CLAW_BACK, SPLIT, SET_ASIDE):
        booking = Booking.objects.filter(reference=reference(kind, line_id)).first()
        if booking is not None:
            done |= ledger_book(
                reference=f"{TAKE_BACK}:{booking.reference}",
                entries={ledger: -amount for ledger, amount in entries_of(booking).items()},
                inputs={},
            )
    return done


def _book(
    name: str, *, entries: Mapping[Ledger, int], inputs: Mapping[str, Any], parts: Iterable[Part]
) -> bool:
    """With what it was for; False where somebody else has booked it meanwhile."""
    done = ledger_book(reference=name, entries=entries, inputs=inputs)
    if done:
        reasons_keep(reference=name, parts=parts)
    return done


def _held(line_id: UUID) -> tuple[dict[str, Any], int, Currency]:
    """What is said of the share of a line, its micro-units and their currency."""
    inputs = Booking.objects.get(reference=reference(SET_ASIDE, line_id)).inputs
    return inputs, int(inputs["amount_micro"]), Currency(inputs["currency"])


def _had(line_id: UUID) -> Counter[int | None]:
    """What each witness has got of a line."""
    had = Counter[int | None]()
    names = [reference(kind, line_id) for kind in (SPLIT, CLAW_BACK)]
    for booking in Booking.objects.filter(reference__in=names):
        for ledger, micro in entries_of(booking).items():
            had[ledger.witness] += micro
    return had


def _ordered(weights: Mapping[Witness, int]) -> dict[Witness, int]:
    """In the order that breaks ties between remainders: nobody last."""
    return dict(sorted(weights.items(), key=lambda item: (item[0] is None, item[0] or 0)))


def _written(weights: Mapping[Witness, int]) -> list[list[int | str | None]]:
    return [[witness, str(weight)] for witness, weight in weights.items()]


def _of(taken: Mapping[int, int], parts: Iterable[Part]) -> Iterable[Part]:
    """Only of those from whom something is taken."""
    return (part for part in parts if part.witness is not None and taken.get(part.witness))


def _forfeited(taken: Mapping[int, int], currency: Currency) -> dict[Ledger, int]:
    """What is taken belongs to nobody from then on."""
    return {
        **{_owner(witness, currency): -micro for witness, micro in taken.items()},
        _owner(None, currency): sum(taken.values()),
    }


def _owner(witness: int | None, currency: Currency) -> Ledger:
    kind = Account.Kind.UNCLAIMED if witness is None else Account.Kind.CONTRIBUTOR
    return Ledger(kind, witness, currency)
