"""Where replays can be taken up."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class Checkpoint(models.Model):
    """Where the replay of a ground can be taken up (core.fusion.checkpoint): a memo, never the
    truth.

    A ground has some: after its last pass, and some older, for what comes late. anchor: the
    smallest of its cells. params: digest of the parameters. hazards: what fusion calls its
    hazards → the ids under which they are stored. devices: those that the state names.
    """

    anchor = models.BigIntegerField()
    cells = models.JSONField()
    at = models.DateTimeField()
    params = models.CharField(max_length=64)
    state = models.JSONField()
    hazards = models.JSONField()
    devices = ArrayField(models.UUIDField(), default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("anchor", "at"), name="checkpoint_once")]
        indexes = [GinIndex("devices", name="checkpoint_by_device")]
