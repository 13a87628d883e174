"""Pictures that somebody has reported, and what moderators decided about them."""

import secrets
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from hazardmap.platform.ids import new_id

WORDS_LENGTH = 1000


def new_receipt() -> str:
    """An address that nobody guesses: whoever has it may see what became of a report."""
    return secrets.token_urlsafe(16)


class ImageReport(models.Model):
    """One person's report of one picture; nobody knows whose. decision: "" while it waits.

    hazard_id: of the page that it was reported from, None where there was none. moderator: who has
    decided; None also where he has left since.
    """

    class Reason(models.TextChoices):
        PRIVACY = "privacy", "a face, a number plate or a home can be seen"
        WRONG_PLACE = "wrong_place", "the hazard is shown in the wrong place"
        WRONG_KIND = "wrong_kind", "the picture shows something else"
        OFFENSIVE = "offensive", "the picture is offensive"

    class Decision(models.TextChoices):
        REMOVED = "removed", "the picture is taken off the site"
        CORRECTED = "corrected", "the map has been corrected"
        KEPT = "kept", "nothing wrong was found"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    receipt = models.CharField(max_length=32, unique=True, default=new_receipt)
    frame_id = models.UUIDField()
    hazard_id = models.UUIDField(null=True)
    reason = models.CharField(max_length=11, choices=Reason)
    words = models.CharField(max_length=WORDS_LENGTH, blank=True)
    at = models.DateTimeField(default=timezone.now)
    decision = models.CharField(max_length=9, choices=Decision, blank=True)
    decided_at = models.DateTimeField(null=True)
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reason__in=["privacy", "wrong_place", "wrong_kind", "offensive"]),
                name="report_reason_known",
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None, moderator=None)
                | Q(decision__in=["removed", "corrected", "kept"], decided_at__isnull=False),
                name="report_decided_at_a_time",
            ),
        ]
        indexes = [
            models.Index("at", condition=Q(decision=""), name="report_waiting"),
            models.Index("frame_id", name="report_by_frame"),
        ]

    def __str__(self) -> str:
        return f"{self.reason} {self.frame_id}"


HIDING: Final = frozenset({ImageReport.Reason.PRIVACY, ImageReport.Reason.OFFENSIVE})
"""What hides a picture at once, before a moderator has looked."""
