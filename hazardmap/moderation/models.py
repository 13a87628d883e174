"""Decisions of moderators and the audit log."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from hazardmap.core.kinds import KINDS
from hazardmap.moderation import report_models  # noqa: F401 - Django looks for models here
from hazardmap.platform.ids import new_id


class Decision(models.Model):
    """What a moderator decided about a hazard; `undone_at` takes it back, nothing is deleted.

    moderator: None is somebody who has left.
    """

    class Action(models.TextChoices):
        CONFIRM = "confirm"
        REJECT = "reject"
        RELABEL = "relabel"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    hazard_id = models.UUIDField()
    verdict_id = models.UUIDField(unique=True)
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    action = models.CharField(max_length=8, choices=Action)
    old_kind = models.CharField(max_length=24)
    new_kind = models.CharField(max_length=24, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(action__in=["confirm", "reject"], new_kind="")
                | Q(action="relabel", new_kind__in=sorted(KINDS)),
                name="decision_action_and_kind",
            ),
            models.CheckConstraint(
                condition=~Q(action="reject") | ~Q(reason=""), name="decision_reject_has_reason"
            ),
        ]
        indexes = [
            models.Index("hazard_id", "at", name="decision_by_hazard"),
            models.Index("moderator", "at", name="decision_by_moderator"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.old_kind}"

    @property
    def summary(self) -> str:
        """The decision in words: "rejected traffic cone: nothing is there"."""
        old = KINDS[self.old_kind].label
        words = {
            self.Action.CONFIRM: f"confirmed {old}",
            self.Action.REJECT: f"rejected {old}",
            self.Action.RELABEL: f"relabelled {old} as {self.new_label}",
        }[self.Action(self.action)]
        return f"{words}: {self.reason}" if self.reason else words

    @property
    def new_label(self) -> str:
        return KINDS[self.new_kind].label if self.new_kind else ""


class AuditEntry(models.Model):
    """Who did what to which thing, when and why. Append-only by trigger.

    before, after: the fields that matter, as they were and as they became; {} where the thing
    was not on the map.
    """

    at = models.DateTimeField(default=timezone.now)
    actor = models.CharField("who", max_length=254)
    action = models.CharField(max_length=40)
    subject = models.CharField(max_length=80)
    before = models.JSONField()
    after = models.JSONField()
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = [models.Index("subject", "id", name="audit_by_subject")]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"
