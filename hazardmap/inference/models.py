"""What the detector said about a frame."""

from django.db import models
from django.db.models import Q
from django.utils import timezone


class ModelVersion(models.Model):
    """A detector that has been used, with the hash of its weights."""

    name = models.CharField(primary_key=True, max_length=80)
    sha256 = models.CharField(max_length=64)
    first_used_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class DetectionRun(models.Model):
    """One look of one detector at one frame. `fused_at` is None until the map has taken it in."""

    class Source(models.TextChoices):
        WORKER = "worker", "our worker"
        EDGE = "edge", "the contributor's device"

    id = models.UUIDField(primary_key=True, editable=False)
    frame_id = models.UUIDField()
    model_version = models.ForeignKey(ModelVersion, models.PROTECT)
    source = models.CharField(max_length=6, choices=Source, default=Source.WORKER)
    finished_at = models.DateTimeField(default=timezone.now)
    dark = models.BooleanField()
    usable = models.BooleanField()
    quality_reason = models.CharField(max_length=40, blank=True)
    context = models.JSONField()
    blur_receipt = models.JSONField()
    fused_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("frame_id", "model_version", name="run_once_per_model"),
            models.CheckConstraint(
                condition=Q(source__in=["worker", "edge"]), name="run_source_known"
            ),
            models.CheckConstraint(
                condition=Q(usable=True) | ~Q(quality_reason=""), name="run_unusable_has_reason"
            ),
        ]
        indexes = [
            models.Index("id", condition=Q(fused_at__isnull=True), name="run_waiting_for_fusion")
        ]


class Detection(models.Model):
    """One box. Partitioned by month of `id` (see the migration); the box is in shares 0..1."""

    id = models.UUIDField(primary_key=True, editable=False)
    run_id = models.UUIDField()
    frame_id = models.UUIDField()
    kind = models.CharField(max_length=24)
    score = models.FloatField()
    left = models.FloatField()
    top = models.FloatField()
    right = models.FloatField()
    bottom = models.FloatField()

    class Meta:
        managed = True
        indexes = [models.Index("frame_id", name="detection_by_frame")]
        constraints = [
            models.CheckConstraint(condition=Q(score__range=(0, 1)), name="detection_score_0_to_1"),
            models.CheckConstraint(
                condition=Q(left__gte=0, top__gte=0, right__lte=1, bottom__lte=1)
                & Q(left__lt=models.F("right"), top__lt=models.F("bottom")),
                name="detection_box_inside_frame",
            ),
        ]
