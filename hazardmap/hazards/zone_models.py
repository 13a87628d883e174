"""Work zones: always what the construction hazards say, each under one id for life."""

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db.models import F, Func, Q
from django.utils import timezone

from hazardmap.core.derived.workzone import LEAST_DEVICES, ZoneChange

# A line with NaN is not valid to PostGIS.
_LINE = (
    "(ST_IsValid(%(expressions)s) AND ST_Length(%(expressions)s) > 0"
    " AND ST_YMin(%(expressions)s) >= -90 AND ST_YMax(%(expressions)s) <= 90"
    " AND ST_XMin(%(expressions)s) >= -360 AND ST_XMax(%(expressions)s) <= 360)"
)


class Zone(models.Model):
    """One work zone (core.derived.workzone.WorkZone). It stays when it has ended.

    line: in the plane of longitude and latitude; across the antimeridian its longitudes run on
    beyond ±180. hazard_ids: in order along the line. updated_at: of the last change.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    line = models.LineStringField(srid=4326)
    hazard_ids = ArrayField(models.UUIDField())
    kinds = models.JSONField()
    length_m = models.FloatField()
    bearing_deg = models.FloatField()
    p = models.FloatField()
    t_ref = models.DateTimeField()
    half_life_s = models.FloatField()
    started_at = models.DateTimeField()
    last_seen = models.DateTimeField()
    simulated = models.BooleanField()
    ended_at = models.DateTimeField(null=True)
    merged_into = models.UUIDField(null=True)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Func(F("line"), template=_LINE, output_field=models.BooleanField()),
                name="zone_line",
            ),
            models.CheckConstraint(
                condition=Q(hazard_ids__len__gte=LEAST_DEVICES), name="zone_devices"
            ),
            # NaN is greater than every number to PostgreSQL, so upper limits refuse it.
            models.CheckConstraint(
                condition=Q(p__range=(0, 1), bearing_deg__range=(0, 360))
                & Q(length_m__gt=0, length_m__lt=1e6, half_life_s__gt=0, half_life_s__lt=1e10),
                name="zone_numbers",
            ),
            models.CheckConstraint(
                condition=Q(started_at__lte=F("last_seen"))
                & (Q(ended_at=None) | Q(ended_at__gte=F("last_seen"))),
                name="zone_times_in_order",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | Q(ended_at__isnull=False) & ~Q(merged_into=F("id")),
                name="zone_merged_has_ended",
            ),
        ]
        indexes = [
            GinIndex("hazard_ids", name="zone_by_device"),
            models.Index("ended_at", name="zone_by_end"),
        ]

    def __str__(self) -> str:
        return f"work zone {self.id}"


class ZoneEvent(models.Model):
    """One change of one work zone, with its state after it. Append-only by trigger.

    Cursors grow in the order of commits: one process at a time writes them (zones_refresh).
    """

    cursor = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(default=timezone.now)
    change = models.CharField(max_length=8, choices=[(c.value, c.value) for c in ZoneChange])
    zone_id = models.UUIDField()
    zone = models.JSONField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(change__in=[change.value for change in ZoneChange]),
                name="zone_event_change_known",
            )
        ]
        indexes = [models.Index("zone_id", "cursor", name="zone_event_by_zone")]
