"""What a contributor's share was for: hazard by hazard, as it was when the share was divided."""

from typing import Any

from django.db import models
from django.db.models import F, Q


def _parts() -> Any:
    """In core.selling.sharing.PARTS: of a month of tiles too many for 64 bits."""
    return models.DecimalField(max_digits=38, decimal_places=0)


class Reason(models.Model):
    """Of a booking, what was a witness's because of one hazard: of a split what he earned, of a
    claw-back or a correction what he had spoilt.

    sold: what the hazard was of that sale. Goes with the person, unlike the booking: it says where
    somebody drove.
    """

    booking = models.ForeignKey("rewards.Booking", models.PROTECT, related_name="+", db_index=False)
    witness = models.BigIntegerField()
    hazard_id = models.UUIDField()
    parts = _parts()
    sold = _parts()

    class Meta:
        constraints = [
            models.UniqueConstraint("witness", "booking", "hazard_id", name="reason_once"),
            models.CheckConstraint(
                condition=Q(parts__gt=0, parts__lte=F("sold")), name="reason_of_something"
            ),
        ]
