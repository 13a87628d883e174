"""The detectors, and what they said about frames."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from hazardmap.core.geometry.box import Box


class ModelVersion(models.Model):
    """A detector that this installation knows. Exactly one is live, at most one its shadow.

    label: name, version and start of the weights' hash. kinds: what it reports. manifest: the file
    that it is loaded from. recall: its recall table (`core.seeing.recall`). metrics: its figures on
    the frozen benchmark (`core.operation.promotion`), None where nobody has measured them.
    shadow_one_in: the shadow looks at one live frame in so many.
    """

    class State(models.TextChoices):
        CANDIDATE = "candidate"
        SHADOW = "shadow"
        LIVE = "live"
        RETIRED = "retired"

    label = models.CharField(primary_key=True, max_length=72)
    sha256 = models.CharField(max_length=64)
    kinds = models.JSONField(default=list)
    manifest = models.CharField(max_length=500)
    recall = models.JSONField(default=dict)
    metrics = models.JSONField(null=True)
    state = models.CharField(max_length=9, choices=State, default=State.CANDIDATE)
    shadow_one_in = models.PositiveIntegerField(null=True)
    registered_at = models.DateTimeField(default=timezone.now)
    promoted_at = models.DateTimeField(null=True)
    promoted_by = models.CharField(max_length=254, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("state", condition=Q(state="live"), name="model_one_live"),
            models.UniqueConstraint("state", condition=Q(state="shadow"), name="model_one_shadow"),
            models.CheckConstraint(
                condition=Q(state__in=["candidate", "shadow", "live", "retired"]),
                name="model_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state="shadow", shadow_one_in__gte=1)
                | (~Q(state="shadow") & Q(shadow_one_in=None)),
                name="model_shadow_has_share",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["live", "retired"])
                | (Q(promoted_at__isnull=False) & ~Q(promoted_by="")),
                name="model_promoted_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.label


class DetectionRun(models.Model):
    """One look of one detector at one frame. `fused_at` is None until the map has taken it in.

    attempts: how often that was too much for the database, here or around; retry_at: it is not
    tried again before.
    """

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
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    retry_at = models.DateTimeField(null=True)

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

    @property
    def box(self) -> Box:
        return Box(self.left, self.top, self.right, self.bottom)


class ShadowRun(models.Model):
    """One look of a candidate at a frame that the live model has detected. The map never sees it.

    live_ms, candidate_ms: time per frame of each, decoding and blurring included. error: why there
    is no result, "" where there is one. detections: list of kind, score, left, top, right, bottom.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    frame_id = models.UUIDField()
    model_version = models.ForeignKey(ModelVersion, models.PROTECT)
    live_version = models.ForeignKey(ModelVersion, models.PROTECT, related_name="+")
    started_at = models.DateTimeField(default=timezone.now)
    live_ms = models.FloatField()
    candidate_ms = models.FloatField(null=True)
    error = models.CharField(max_length=200, blank=True)
    detections = models.JSONField(default=list)

    class Meta:
        indexes = [
            models.Index("model_version", "id", name="shadow_run_by_version"),
            models.Index("frame_id", name="shadow_run_by_frame"),
            models.Index("model_version", condition=~Q(error=""), name="shadow_run_failed"),
        ]
