"""What was served to whom: the rows that invoices will be made from."""

from django.db import models
from django.db.models import Q

from hazardmap.core.selling.usage import MAX_KEY_ID, MAX_REQUEST_ID, Meter


class UsageEvent(models.Model):
    """One metered answer (core.selling.usage.UsageRecord). Partitioned by month of `id`."""

    id = models.UUIDField(primary_key=True, editable=False)
    key_id = models.CharField(max_length=MAX_KEY_ID)
    meter = models.CharField(max_length=10, choices=[(m.value, m.value) for m in Meter])
    quantity = models.PositiveIntegerField()
    at = models.DateTimeField()
    request_id = models.CharField(max_length=MAX_REQUEST_ID)
    subject = models.CharField(max_length=200)
    hazards = models.JSONField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=1), name="usage_quantity_positive"),
            models.CheckConstraint(
                condition=Q(meter__in=[meter.value for meter in Meter]), name="usage_meter_known"
            ),
        ]
        indexes = [models.Index("key_id", "at", name="usage_by_key")]


class UsageSegment(models.Model):
    """How far a log file has been loaded; moves in the transaction that inserts its events."""

    name = models.CharField(primary_key=True, max_length=100)
    offset = models.BigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)


class UsageHour(models.Model):
    """What one key used of one meter within an hour (UTC): units, in so many answers.

    Counted anew from the events whenever one of that hour arrives.
    """

    pk = models.CompositePrimaryKey("key_id", "hour", "meter")
    key_id = models.CharField(max_length=16)
    hour = models.DateTimeField()
    meter = models.CharField(max_length=10)
    quantity = models.BigIntegerField()
    answers = models.BigIntegerField()

    class Meta:
        indexes = [models.Index("hour", "key_id", name="usage_hour_lately")]


class HourToRoll(models.Model):
    """The mark of an hour that got events since it was last counted."""

    hour = models.DateTimeField()


class AnswerHour(models.Model):
    """How often a key was answered with a status within an hour (UTC), paid or not."""

    pk = models.CompositePrimaryKey("key_id", "hour", "status")
    key_id = models.CharField(max_length=16)
    hour = models.DateTimeField()
    status = models.PositiveSmallIntegerField()
    answers = models.BigIntegerField()
