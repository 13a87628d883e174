"""Reads: who has left and is not forgotten yet."""

from datetime import datetime

from hazardmap.accounts.models import User


def left_since() -> datetime | None:
    """When the first of those left of whom anything is still there; None where there is none."""
    left = User.objects.filter(leaving_at__isnull=False).order_by("leaving_at")
    return left.values_list("leaving_at", flat=True).first()
