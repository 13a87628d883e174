"""What people who pass by say of hazards: still there, or gone."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from hazardmap.core.kinds import KINDS
from hazardmap.platform.ids import new_id


class Vote(models.Model):
    """A vote as evidence (core.fusion.verdict.Verdict): never changed, but taken back by
    `undone_at`.

    witness: the account's number in the evidence. lon, lat, cell: of the hazard when it was voted
    about (core.geometry.coverings.looked_cell). observations: ids of what was behind it then.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(default=timezone.now)
    witness = models.BigIntegerField()
    hazard_id = models.UUIDField()
    stands = models.BooleanField()
    kind = models.CharField(max_length=24)
    lon = models.FloatField()
    lat = models.FloatField()
    cell = models.BigIntegerField()
    observations = models.JSONField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "witness", "hazard_id", condition=Q(undone_at=None), name="vote_once_per_person"
            ),
            models.CheckConstraint(condition=Q(kind__in=sorted(KINDS)), name="vote_kind_known"),
            models.CheckConstraint(
                condition=Q(lon__range=(-180, 180), lat__range=(-90, 90)), name="vote_position"
            ),
        ]
        indexes = [
            models.Index("cell", condition=Q(undone_at=None), name="vote_by_cell"),
            models.Index("hazard_id", condition=Q(undone_at=None), name="vote_by_hazard"),
        ]
