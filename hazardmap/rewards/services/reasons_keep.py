"""What a share was for, kept beside it, and forgotten with the person."""

from collections.abc import Iterable
from typing import Final

from hazardmap.accounts.models import User
from hazardmap.core.selling.sharing import Part, reasons
from hazardmap.rewards.models import Booking
from hazardmap.rewards.reason_models import Reason

MOST_KEPT: Final = 100
"""Hazards of a contributor in one booking; a buyer of a whole country has a hundred thousand."""
_AT_ONCE: Final = 5000


def reasons_keep(*, reference: str, parts: Iterable[Part]) -> None:
    """In the transaction that makes the booking. Of those who have left nothing is kept."""
    found = reasons(parts, most=MOST_KEPT)
    here = set(
        User.objects.filter(
            witness__in={part.witness for part in found}, leaving_at=None
        ).values_list("witness", flat=True)
    )
    booking = Booking.objects.get(reference=reference)
    Reason.objects.bulk_create(
        (
            Reason(
                booking=booking,
                witness=part.witness,
                hazard_id=part.hazard_id,
                parts=part.parts,
                sold=part.sold,
            )
            for part in found
            if part.witness in here and part.hazard_id is not None
        ),
        batch_size=_AT_ONCE,
    )


def reasons_forget(*, witness: int) -> None:
    """Safe to call twice. The amounts stay."""
    Reason.objects.filter(witness=witness).delete()
