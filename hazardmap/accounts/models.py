"""People, the organisations that buy, their keys, and the devices that contribute."""

import secrets

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from hazardmap.platform.ids import new_id


def new_witness() -> int:
    """An anonymous number that tells nothing about its account and fits JavaScript's integers."""
    return secrets.randbits(52) + 1


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None, **fields: object) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """An account. `witness` stands for it in the map's evidence and survives its deletion there."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=150, blank=True)
    witness = models.BigIntegerField(unique=True, default=new_witness, editable=False)
    is_staff = models.BooleanField("may use the admin site", default=False)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="user_email_is_lower_case"
            )
        ]

    def __str__(self) -> str:
        return self.email


class Organisation(models.Model):
    """A buyer: keys, usage and invoices belong to it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=200)
    members = models.ManyToManyField(User, through="Membership", related_name="organisations")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    class Role(models.TextChoices):
        OWNER = "owner"
        BILLING = "billing"
        DEVELOPER = "developer"
        READER = "reader"

    organisation = models.ForeignKey(Organisation, models.CASCADE)
    user = models.ForeignKey(User, models.CASCADE)
    role = models.CharField(max_length=10, choices=Role)

    class Meta:
        constraints = [
            models.UniqueConstraint("organisation", "user", name="membership_once"),
            models.CheckConstraint(
                condition=Q(role__in=["owner", "billing", "developer", "reader"]),
                name="membership_role_known",
            ),
        ]


class ApiKey(models.Model):
    """A buyer's key. Only the public part (`kid`) and a hash of the secret are kept."""

    kid = models.CharField(primary_key=True, max_length=16)
    secret_sha256 = models.BinaryField(max_length=32)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="keys")
    name = models.CharField(max_length=100)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.kid})"


class Device(models.Model):
    """A phone or dashcam of a contributor; its token can only upload and read its own frames.

    Camera values are None until somebody has measured them; nothing sets them yet. What its drives
    tell of the camera is kept by the map.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(User, models.CASCADE, related_name="devices")
    name = models.CharField(max_length=100)
    kid = models.CharField(max_length=16, unique=True)
    secret_sha256 = models.BinaryField(max_length=32)
    hfov_deg = models.FloatField(null=True, blank=True)
    camera_height_m = models.FloatField(null=True, blank=True)
    pitch_deg = models.FloatField(null=True, blank=True)
    yaw_deg = models.FloatField(null=True, blank=True)
    distortion = models.FloatField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(hfov_deg__isnull=True) | Q(hfov_deg__range=(20, 170)),
                name="device_hfov_20_to_170",
            ),
            models.CheckConstraint(
                condition=Q(camera_height_m__isnull=True) | Q(camera_height_m__range=(0.3, 5)),
                name="device_height_0_3_to_5",
            ),
            models.CheckConstraint(
                condition=Q(distortion__isnull=True) | Q(distortion__range=(-0.4, 0.4)),
                name="device_distortion_within_0_4",
            ),
            models.CheckConstraint(
                condition=Q(pitch_deg__isnull=True) | Q(pitch_deg__range=(-45, 45)),
                name="device_pitch_within_45",
            ),
            models.CheckConstraint(
                condition=Q(yaw_deg__isnull=True) | Q(yaw_deg__range=(-180, 180)),
                name="device_yaw_within_180",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PairingCode(models.Model):
    """A single-use code that turns a phone into a device of the account that asked for it."""

    code_sha256 = models.BinaryField(primary_key=True, max_length=32)
    owner = models.ForeignKey(User, models.CASCADE)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class LoginTries(models.Model):
    """How often somebody has tried to sign in since `started_at`; `key` is a keyed hash."""

    key = models.CharField(primary_key=True, max_length=64)
    started_at = models.DateTimeField()
    tries = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "login tries"
        indexes = [models.Index("started_at", name="login_tries_by_start")]
