"""Frames as they were received, and what became of them."""

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils import timezone

from hazardmap.accounts.models import Device
from hazardmap.platform.ids import new_id


class Frame(models.Model):
    """One georeferenced picture.

    The original lives only until the worker has blurred it; what remains is the blurred copy,
    for a time.
    A frame is claimed by a lease: `lease_until` in the future means that a worker has it.
    """

    class State(models.TextChoices):
        RECEIVED = "received"
        DETECTED = "detected"
        REJECTED = "rejected"

    class Provenance(models.TextChoices):
        CAMERA = "camera", "a camera on the road"
        POSITION_SIMULATED = "position_simulated", "a real picture at a made-up position"
        RENDERED = "rendered", "a rendered picture"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="frames")
    device = models.ForeignKey(Device, models.CASCADE, related_name="frames")
    sha256 = models.BinaryField(max_length=32)
    state = models.CharField(max_length=8, choices=State, default=State.RECEIVED)
    reason = models.CharField(max_length=40, blank=True)
    received_at = models.DateTimeField(default=timezone.now)
    captured_at = models.DateTimeField()
    position = models.PointField(geography=True, spatial_index=True)
    accuracy_m = models.FloatField()
    heading_deg = models.FloatField(null=True)
    speed_mps = models.FloatField(null=True)
    hfov_deg = models.FloatField(null=True)
    provenance = models.CharField(max_length=20, choices=Provenance, default=Provenance.CAMERA)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    original = models.CharField(max_length=200, blank=True)
    original_bytes = models.PositiveIntegerField(db_default=0)
    stored = models.CharField(max_length=200, blank=True)
    # The copy is kept at least until then; where there is none any more, it was deleted then.
    picture_until = models.DateTimeField(null=True)
    width_px = models.PositiveIntegerField(null=True)
    height_px = models.PositiveIntegerField(null=True)
    phash = models.BigIntegerField(null=True)
    # What the client's own detector said (core.seeing.edge); null where ours is to look.
    edge = models.JSONField(null=True)

    class Meta:
        constraints = [
            # The receipt: the same bytes from the same account are one frame.
            models.UniqueConstraint("account", "sha256", name="frame_receipt"),
            models.CheckConstraint(
                condition=Q(state__in=["received", "detected", "rejected"]),
                name="frame_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="rejected") | ~Q(reason=""), name="frame_rejected_has_reason"
            ),
            models.CheckConstraint(
                condition=~Q(state="detected")
                | Q(original="") & (~Q(stored="") | Q(picture_until__isnull=False)),
                name="frame_detected_keeps_only_the_blurred_copy",
            ),
            models.CheckConstraint(
                condition=Q(accuracy_m__gt=0, accuracy_m__lt=10_000),
                name="frame_accuracy_sane",
            ),
            models.CheckConstraint(
                condition=Q(heading_deg__isnull=True) | Q(heading_deg__gte=0, heading_deg__lt=360),
                name="frame_heading_0_to_360",
            ),
            models.CheckConstraint(
                condition=Q(speed_mps__isnull=True) | Q(speed_mps__gte=0, speed_mps__lt=200),
                name="frame_speed_sane",
            ),
            models.CheckConstraint(
                condition=Q(provenance__in=["camera", "position_simulated", "rendered"]),
                name="frame_provenance_known",
            ),
        ]
        indexes = [
            models.Index("id", condition=Q(state="received"), name="frame_waiting"),
            models.Index("account", "id", condition=Q(state="received"), name="frame_waiting_of"),
            models.Index("id", condition=~Q(original=""), name="frame_with_original"),
            models.Index("id", condition=~Q(stored=""), name="frame_with_picture"),
            models.Index("device", "captured_at", name="frame_track"),
            models.Index("account", "id", name="frame_by_account"),
        ]


class Takedown(models.Model):
    """A frame whose picture nobody but moderators may see, until this row is gone.

    erase_at: when the file is to be deleted, None while that is not decided. erased_at: when
    that was done.
    """

    frame = models.OneToOneField(Frame, models.CASCADE, primary_key=True, related_name="+")
    hidden_at = models.DateTimeField(default=timezone.now)
    erase_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(erased_at=None) | Q(erase_at__isnull=False),
                name="takedown_erased_as_decided",
            )
        ]
        indexes = [
            models.Index(
                "erase_at", condition=Q(erased_at=None, erase_at__isnull=False), name="takedown_due"
            )
        ]
