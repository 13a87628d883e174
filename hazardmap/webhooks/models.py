"""Who is told of changes, of which, and what has become of each message."""

from django.contrib.gis.db.models import GeometryField, LineStringField, MultiPolygonField
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from hazardmap.accounts.models import Organisation
from hazardmap.core.messages.webhook import MAX_URL_LENGTH
from hazardmap.platform.ids import new_id


class Endpoint(models.Model):
    """Where a buyer listens. Its secret is derived from `secret_version`; none is kept.

    older_secrets_until: until when each secret before it signs, too, the latest one first.
    key_id: of the API key that made it, on whose account deliveries are. failures: in a row.
    retry_at: until then it is left alone. told_at: when those who see to it were told that
    messages are given up, None since it was last away.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    key_id = models.CharField(max_length=16)
    url = models.CharField(max_length=MAX_URL_LENGTH)
    secret_version = models.PositiveIntegerField(default=1)
    older_secrets_until = ArrayField(models.DateTimeField(), default=list)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    disabled_at = models.DateTimeField(null=True)
    disabled_why = models.CharField(max_length=200, blank=True)
    failures = models.PositiveIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(disabled_at__isnull=True) | ~Q(disabled_why=""),
                name="endpoint_disabled_for_a_reason",
            )
        ]

    def __str__(self) -> str:
        return self.url


class WatchArea(models.Model):
    """An area whose changes an endpoint is told. area: plane, in degrees. kinds: None for all.

    route: as it was given, where the area is its corridor, corridor_m to each side.
    simulated: only what rests on made-up frames, or only what does not; None for both.
    metered_until: up to which its hours stand in the usage log.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="watch_areas")
    name = models.CharField(max_length=100)
    area = MultiPolygonField(srid=4326)
    route = LineStringField(srid=4326, null=True)
    corridor_m = models.FloatField(null=True)
    kinds = ArrayField(models.CharField(max_length=30), null=True)
    min_probability = models.FloatField(default=0.0)
    published = models.BooleanField("only published hazards", default=True)
    simulated = models.BooleanField(null=True, default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    metered_until = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(min_probability__range=(0, 1)), name="watch_probability_0_to_1"
            ),
            models.CheckConstraint(
                condition=Q(route__isnull=True, corridor_m__isnull=True)
                | Q(route__isnull=False, corridor_m__gt=0),
                name="watch_route_with_corridor",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class WatchPiece(models.Model):
    """A small part of a watch area; together they are the area (services.watch_keep).

    The whole of a large one would be read and walked around anew for each place that is looked up.
    """

    watch = models.ForeignKey(WatchArea, models.CASCADE, related_name="pieces")
    piece = GeometryField(srid=4326)

    def __str__(self) -> str:
        return f"piece of {self.watch_id}"


class Delivery(models.Model):
    """A message to one endpoint: made once for each change, sent until it has arrived.

    cursor and hazard_id: of the change; None for a test message. next_at: not before that.
    leased_until: somebody is sending it. begun_at: when it was first tried or read, the time of its
    usage. billed: it is on its buyer's account.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        DELIVERED = "delivered"
        DEAD = "dead"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="deliveries")
    cursor = models.BigIntegerField(null=True)
    hazard_id = models.UUIDField(null=True)
    type = models.CharField(max_length=50)
    body = models.TextField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(default=timezone.now)
    leased_until = models.DateTimeField(null=True)
    begun_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    billed = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint("endpoint", "cursor", name="delivery_once"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "delivered", "dead"]),
                name="delivery_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state="delivered", delivered_at__isnull=False)
                | (~Q(state="delivered") & Q(delivered_at__isnull=True)),
                name="delivery_delivered_at_a_time",
            ),
        ]
        indexes = [
            models.Index("endpoint", "next_at", condition=Q(state="waiting"), name="delivery_next"),
            models.Index(
                "endpoint",
                "hazard_id",
                "cursor",
                condition=Q(state="waiting"),
                name="delivery_order",
            ),
            models.Index("created_at", name="delivery_by_age"),
            models.Index(
                "leased_until",
                condition=Q(state="waiting", leased_until__isnull=False),
                name="delivery_leased",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.id}"


class Attempt(models.Model):
    """One try. status: of the answer, None where there was none. said: what the receiver said."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="tries")
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    said = models.CharField(max_length=500, blank=True)
    duration_ms = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.at} {self.status}"
