"""What the map has learned about its contributors, their cameras and itself."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from hazardmap.accounts.models import Device


class Mounting(models.Model):
    """How a device's camera is mounted, learned from its own drives (core.seeing.mounting).

    Each view keeps the camera that it was located with, so this is no evidence. drives: how many
    have taught it. learned_until: when the last frame of these was captured.
    """

    device = models.OneToOneField(Device, models.CASCADE, primary_key=True, related_name="+")
    drives = models.PositiveIntegerField(default=0)
    learned_until = models.DateTimeField()
    information = models.JSONField(default=list)
    vector = models.JSONField(default=list)


class FusionVersion(models.Model):
    """One version of the parameters of fusion (core.learned.versions). Append-only; the newest
    counts.

    learned: what of it the map found out at this version. values: all of them but the detector's
    own recall table.
    """

    number = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=254)
    learned = models.JSONField()
    values = models.JSONField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(by=""), name="fusion_version_by_somebody")
        ]

    def __str__(self) -> str:
        return str(self.number)


class Company(models.Model):
    """Two witnesses that count as one (core.learned.company), the smaller first, and when that was
    found last: who parks for a week is not two again."""

    one = models.BigIntegerField()
    other = models.BigIntegerField()
    found_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint("one", "other", name="company_once"),
            models.CheckConstraint(condition=Q(one__lt=models.F("other")), name="company_ordered"),
        ]

    def __str__(self) -> str:
        return f"{self.one} with {self.other}"


class StalePlace(models.Model):
    """A place (cell of services.place_lock) that waits to be evaluated under the newest version.

    attempts: how often that failed; retry_at: it is not tried again before.
    """

    cell = models.BigIntegerField(primary_key=True)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    retry_at = models.DateTimeField(null=True)
