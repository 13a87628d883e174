"""Answers that are kept for a while, so that a request can be sent again (api.idempotency)."""

from django.db import models
from django.db.models import Q
from django.utils import timezone


class KeptAnswer(models.Model):
    """The answer to one POST with an Idempotency-Key.

    name, payload: digests of who asked with which key, and of what. status: null while the
    request is being processed. body: sealed with what only the client knows.
    """

    name = models.BinaryField(primary_key=True, max_length=32)
    payload = models.BinaryField(max_length=32)
    at = models.DateTimeField(default=timezone.now)
    status = models.PositiveSmallIntegerField(null=True)
    location = models.CharField(max_length=500, blank=True)
    body = models.BinaryField(default=b"")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status=None) | Q(status__range=(200, 299)), name="kept_answer_succeeded"
            )
        ]
        indexes = [models.Index("at", name="kept_answer_by_age")]
