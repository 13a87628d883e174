"""Ids of new rows."""

import os
from uuid import UUID

from django.utils import timezone

from hazardmap.core.ids import uuid7


def new_id() -> UUID:
    """A UUIDv7 by this server's clock: rows sort by the time they were received.

    The 12 bits below the millisecond hold its fraction (RFC 9562, section 6.2, method 3), so ids
    that one process makes one after the other keep their order.
    """
    now = timezone.now()
    fraction = now.microsecond % 1000 * 4096 // 1000
    return uuid7(now, fraction.to_bytes(2) + os.urandom(8))
