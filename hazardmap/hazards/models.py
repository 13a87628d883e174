"""The map: what cameras saw (views, observations), what follows from it, and how it changed.

`View`, `Observation` and `Verdict` are input and are never changed; `Hazard` and `Evidence` are
recomputed from them by `services.ground_fuse`; `HazardEvent` is the append-only feed of changes.
"""

from datetime import timedelta

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.db.models import F, Func, Q
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import LessThanOrEqual
from django.utils import timezone

from hazardmap.core.fusion.hazard import Change, State
from hazardmap.core.fusion.verdict import MODERATORS
from hazardmap.core.geometry.coverings import SEVEN_SHIFT
from hazardmap.core.kinds import KINDS
from hazardmap.hazards import (  # Django looks for models here
    cell_models,  # noqa: F401 - imported to be found
    checkpoint_models,  # noqa: F401 - as above
    feed_models,  # noqa: F401 - as above
    heir_models,  # noqa: F401 - as above
    learned_models,  # noqa: F401 - as above
    picture_models,  # noqa: F401 - as above
    road_models,  # noqa: F401 - as above
    vote_models,  # noqa: F401 - as above
    zone_models,  # noqa: F401 - as above
)
from hazardmap.platform.ids import new_id

KIND_NAMES = sorted(KINDS)


def _somewhere(name: str) -> models.CheckConstraint:
    """Refuses NaN, which PostGIS takes for a coordinate or, on both axes, for an empty point.

    To PostgreSQL NaN is greater than every number.
    """
    flat = Cast("position", models.GeometryField())
    lon = Coalesce(Func(flat, function="ST_X", output_field=models.FloatField()), 999.0)
    lat = Coalesce(Func(flat, function="ST_Y", output_field=models.FloatField()), 999.0)
    return models.CheckConstraint(
        condition=Q(LessThanOrEqual(lon, 180.0)) & Q(LessThanOrEqual(lat, 90.0)), name=name
    )


class View(models.Model):
    """One detected frame as evidence (core.seeing.observation.View).

    cell: of its position (core.geometry.coverings.looked_cell); evidence is read by cells.
    """

    frame_id = models.UUIDField(primary_key=True)
    device_id = models.UUIDField()
    witness = models.BigIntegerField()
    captured_at = models.DateTimeField()
    position = models.PointField(geography=True, spatial_index=False)
    cell = models.BigIntegerField()
    accuracy_m = models.FloatField()
    heading_deg = models.FloatField(null=True)
    heading_sigma_deg = models.FloatField()
    speed_mps = models.FloatField(null=True)
    camera = models.JSONField()
    aspect = models.FloatField()
    usable = models.BooleanField()
    dark = models.BooleanField()
    simulated = models.BooleanField()
    edge = models.BooleanField(default=False, db_default=False)
    occluders = models.JSONField()
    model_version = models.CharField(max_length=80)

    class Meta:
        constraints = [
            # NaN is greater than every number to PostgreSQL, so upper limits refuse it.
            models.CheckConstraint(
                condition=Q(accuracy_m__gt=0, accuracy_m__lt=1e5, aspect__gt=0, aspect__lt=1e3)
                & Q(heading_sigma_deg__gt=0, heading_sigma_deg__lte=180)
                & (Q(heading_deg=None) | Q(heading_deg__range=(0, 360)))
                & (Q(speed_mps=None) | Q(speed_mps__range=(0, 1e3))),
                name="view_numbers",
            ),
            _somewhere("view_position"),
        ]
        indexes = [
            models.Index("cell", "captured_at", name="view_by_cell"),
            models.Index("witness", "device_id", name="view_by_witness"),
        ]


class Observation(models.Model):
    """One located detection (core.seeing.observation.Observation); `id` is the detection's.

    cell: of its position (core.geometry.coverings.seen_cell).
    """

    id = models.UUIDField(primary_key=True)
    view = models.ForeignKey(View, models.CASCADE, related_name="observations")
    kind = models.CharField(max_length=24)
    score = models.FloatField()
    position = models.PointField(geography=True, spatial_index=False)
    cell = models.BigIntegerField()
    range_m = models.FloatField()
    cov_ee_m2 = models.FloatField()
    cov_en_m2 = models.FloatField()
    cov_nn_m2 = models.FloatField()
    box = models.JSONField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=KIND_NAMES), name="observation_kind_known"),
            models.CheckConstraint(condition=Q(score__range=(0, 1)), name="observation_score"),
            models.CheckConstraint(
                condition=Q(range_m__gt=0, range_m__lte=120), name="observation_range"
            ),
            models.CheckConstraint(
                condition=Q(
                    cov_ee_m2__gt=0,
                    cov_nn_m2__gt=0,
                    cov_ee_m2__lt=1e9,
                    cov_nn_m2__lt=1e9,
                    cov_en_m2__gt=-1e9,
                    cov_en_m2__lt=1e9,
                ),
                name="observation_covariance",
            ),
            _somewhere("observation_position"),
        ]
        indexes = [models.Index("cell", name="observation_by_cell")]


class Look(models.Model):
    """Where somebody looked in an hour (core.derived.coverage.Looked): always what the views say.

    told: whether it counts in what is told of coverage; None until that is decided (looks_decide).
    """

    cell = models.BigIntegerField()
    witness = models.BigIntegerField()
    hour = models.DateTimeField()
    last_at = models.DateTimeField()
    told = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("cell", "witness", "hour", name="look_once_an_hour"),
            models.CheckConstraint(
                condition=Q(last_at__gte=F("hour"), last_at__lt=F("hour") + timedelta(hours=1)),
                name="look_within_its_hour",
            ),
        ]
        indexes = [
            models.Index("cell", "last_at", name="look_by_cell"),
            models.Index("witness", name="look_by_witness"),
            # A year of looks costs those who read the last ones of seven cells nothing.
            models.Index(F("cell").bitrightshift(SEVEN_SHIFT), "last_at", name="look_by_seven"),
            models.Index("hour", "witness", condition=Q(told=None), name="look_undecided"),
        ]


class Verdict(models.Model):
    """A moderator's word about the observations of a hazard (core.fusion.verdict.Verdict).

    cell: of its position (core.geometry.coverings.looked_cell). `undone_at` takes it back; `kind`
    is the new kind of a relabel, else the kind that was judged.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(default=timezone.now)
    decision = models.CharField(max_length=8, choices=[(d.value, d.value) for d in MODERATORS])
    kind = models.CharField(max_length=24)
    position = models.PointField(geography=True, spatial_index=False)
    cell = models.BigIntegerField()
    observations = models.JSONField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decision__in=[decision.value for decision in MODERATORS]),
                name="verdict_decision_known",
            ),
            models.CheckConstraint(condition=Q(kind__in=KIND_NAMES), name="verdict_kind_known"),
            _somewhere("verdict_position"),
        ]
        indexes = [models.Index("cell", name="verdict_by_cell")]


class Hazard(models.Model):
    """The present state of one thing on the road (core.fusion.hazard.Hazard).

    cell: of its position (core.geometry.coverings.looked_cell).
    """

    id = models.UUIDField(primary_key=True, editable=False)
    kind = models.CharField(max_length=24)
    state = models.CharField(max_length=9, choices=[(s.value, s.value) for s in State])
    position = models.PointField(geography=True, spatial_index=False)
    cell = models.BigIntegerField()
    cov_ee_m2 = models.FloatField()
    cov_en_m2 = models.FloatField()
    cov_nn_m2 = models.FloatField()
    radius_m = models.FloatField()
    p = models.FloatField()
    t_ref = models.DateTimeField()
    half_life_s = models.FloatField()
    phantom = models.FloatField()
    severity = models.PositiveSmallIntegerField()
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    passes = models.PositiveIntegerField()
    witnesses = models.PositiveIntegerField()
    published = models.BooleanField()
    confirmed = models.BooleanField()
    simulated = models.BooleanField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=KIND_NAMES), name="hazard_kind_known"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in State]), name="hazard_state_known"
            ),
            models.CheckConstraint(
                condition=Q(p__range=(0, 1), phantom__range=(0, 1)), name="hazard_p_0_to_1"
            ),
            models.CheckConstraint(
                condition=Q(half_life_s__gt=0, half_life_s__lt=1e10), name="hazard_half_life"
            ),
            models.CheckConstraint(
                condition=Q(radius_m__gt=0, radius_m__lt=1e5), name="hazard_radius"
            ),
            models.CheckConstraint(
                condition=Q(cov_ee_m2__gt=0, cov_ee_m2__lt=1e9, cov_nn_m2__gt=0, cov_nn_m2__lt=1e9)
                & Q(cov_en_m2__gt=-1e9, cov_en_m2__lt=1e9),
                name="hazard_covariance",
            ),
            _somewhere("hazard_position"),
            models.CheckConstraint(
                condition=Q(severity__range=(1, 3)), name="hazard_severity_1_to_3"
            ),
            models.CheckConstraint(
                condition=Q(first_seen__lte=F("last_seen")), name="hazard_seen_in_order"
            ),
            models.CheckConstraint(
                condition=Q(published=False) | Q(witnesses__gte=2) | Q(confirmed=True),
                name="hazard_published_needs_two_witnesses_or_a_moderator",
            ),
        ]
        indexes = [
            # Boxes on a map have sides along the grid of longitude and latitude, not great circles.
            GistIndex(Cast("position", models.GeometryField()), name="hazard_box"),
            models.Index("cell", name="hazard_by_cell"),
            models.Index(
                "expires_at",
                condition=Q(state__in=["candidate", "active", "fading"]),
                name="hazard_expiry",
            ),
            models.Index(F("last_seen").desc(), F("id").desc(), name="hazard_newest"),
            models.Index(
                F("severity"),
                F("last_seen").desc(),
                condition=Q(state__in=["candidate", "active", "fading"], confirmed=False),
                name="hazard_to_review",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Evidence(models.Model):
    """What one pass said for or against a hazard (core.fusion.hazard.Evidence)."""

    hazard = models.ForeignKey(Hazard, models.CASCADE, related_name="evidence")
    pass_id = models.UUIDField()
    witness = models.BigIntegerField()
    device_id = models.UUIDField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    seen = models.BooleanField()
    score = models.FloatField(null=True)
    visibility = models.FloatField()
    log2_ratio = models.FloatField()
    frames = models.PositiveIntegerField()
    observations = models.JSONField()
    best_observation = models.UUIDField(null=True)
    p_after = models.FloatField()
    p_before = models.FloatField(null=True)
    real = models.FloatField(null=True)
    checked = models.BooleanField(default=True, db_default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("hazard", "pass_id", name="evidence_once_per_pass"),
            models.CheckConstraint(
                condition=Q(
                    visibility__range=(0, 1), p_after__range=(0, 1), log2_ratio__range=(-99, 99)
                ),
                name="evidence_numbers",
            ),
            models.CheckConstraint(
                condition=(Q(p_before=None) | Q(p_before__range=(0, 1)))
                & (Q(real=None) | Q(real__range=(0, 1))),
                name="evidence_before_and_real",
            ),
        ]
        indexes = [
            GinIndex("observations", name="evidence_by_observation"),
            models.Index("hazard", "last_at", name="evidence_in_time"),
            models.Index("witness", "device_id", name="evidence_by_witness"),
        ]


class HazardEvent(models.Model):
    """One change of one hazard, with its state after it (core.fusion.hazard.HazardEvent).
    Append-only by trigger.

    Cursors grow in the order of commits (services.events_write), so a reader that goes on after
    the last cursor it saw skips nothing.
    """

    cursor = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(default=timezone.now)
    change = models.CharField(max_length=11, choices=[(c.value, c.value) for c in Change])
    hazard_id = models.UUIDField()
    hazard = models.JSONField()
    merged_into = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(change__in=[change.value for change in Change]),
                name="hazard_event_change_known",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | Q(change=Change.REMOVED.value),
                name="hazard_event_merged_is_removed",
            ),
        ]
        indexes = [models.Index("hazard_id", "cursor", name="hazard_event_by_hazard")]
