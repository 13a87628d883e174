"""API keys of buyers, and everything that has happened to them."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hazardmap.core.access.scopes import Environment, Scope
from hazardmap.core.access.tokens import Use
from hazardmap.platform.ids import new_id


def all_scopes() -> list[str]:
    return [scope.value for scope in Scope]


class ApiKey(models.Model):
    """A buyer's key. Only the public part (`kid`), a hash and the last 4 of the secret are kept.

    allowed_origins: web pages that may use it (`https://fleet.example`); allowed_networks: from
    where (CIDR). Empty: from anywhere. last_used_*: to the minute.
    """

    kid = models.CharField(primary_key=True, max_length=16)
    secret_sha256 = models.BinaryField(max_length=32)
    last4 = models.CharField(max_length=4, blank=True)
    organisation = models.ForeignKey("accounts.Organisation", models.CASCADE, related_name="keys")
    name = models.CharField(max_length=100)
    environment = models.CharField(
        max_length=4, default=Environment.LIVE, choices=[(e.value, e.value) for e in Environment]
    )
    scopes = ArrayField(models.CharField(max_length=20), default=all_scopes)
    allowed_origins = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    allowed_networks = ArrayField(models.CharField(max_length=43), default=list, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    replaces = models.OneToOneField(
        "self", models.SET_NULL, null=True, blank=True, related_name="replaced_by"
    )
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_used_from = models.GenericIPAddressField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(environment__in=[e.value for e in Environment]),
                name="key_environment_known",
            ),
            models.CheckConstraint(
                condition=Q(scopes__len__gte=1) & Q(scopes__contained_by=all_scopes()),
                name="key_scopes_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.kid})"

    @property
    def prefix(self) -> str:
        """What of the token may be shown."""
        use = Use.TEST_KEY if self.environment == Environment.TEST else Use.API_KEY
        return f"hm_{use}_{self.kid}"

    def works_at(self, at: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > at)


class KeyEvent(models.Model):
    """One thing that happened to a key. Append-only by trigger.

    actor_id: the account that did it, None for the operator and for the finder of a leaked key;
    no foreign key, for the account may go while its acts stay.
    """

    class Verb(models.TextChoices):
        CREATED = "created", _("Created")
        LIMITED = "limited", _("Limited")
        ROLLED = "rolled", _("Rolled")
        REVOKED = "revoked", _("Revoked")
        LEAKED = "leaked", _("reported as leaked and revoked")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.ForeignKey(ApiKey, models.PROTECT, related_name="events")
    verb = models.CharField(max_length=7, choices=Verb)
    actor_id = models.UUIDField(null=True)
    note = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(default=timezone.now, editable=False)
