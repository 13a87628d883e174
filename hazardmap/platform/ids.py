"""Ids of new rows."""

import os
from uuid import UUID

from django.utils import timezone

from hazardmap.core.ids import uuid7


def new_id() -> UUID:
    """A UUIDv7 by this server's clock: rows sort by the time they were received."""
    return uuid7(timezone.now(), os.urandom(10))
