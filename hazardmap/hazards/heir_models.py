"""What became of hazards that proved to be one with another."""

from django.db import models
from django.utils import timezone


class Heir(models.Model):
    """Where the evidence of a hazard went that is no more, for what was sold of it. Append-only by
    trigger. An id may come back, and go again: then the later row counts."""

    at = models.DateTimeField(default=timezone.now)
    gone_id = models.UUIDField()
    heir_id = models.UUIDField()

    class Meta:
        indexes = [
            models.Index("gone_id", "id", name="heir_of_the_gone"),
            models.Index("heir_id", "id", name="heir_by_heir"),
        ]
