"""People, the organisations that buy, and the devices that contribute."""

import secrets

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from hazardmap.accounts.key_models import ApiKey, KeyEvent  # noqa: F401 - Django looks for models here
from hazardmap.core.access.roles import Role
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
    """An account. `witness` stands for it in the map's evidence and survives its deletion there.

    language: of mails to its owner. leaving_at: when the owner left; what is left is being deleted.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=150, blank=True)
    language = models.CharField(max_length=20, default="en")
    witness = models.BigIntegerField(unique=True, default=new_witness, editable=False)
    is_staff = models.BooleanField("may use the admin site", default=False)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    leaving_at = models.DateTimeField(null=True, editable=False)

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="user_email_is_lower_case"
            ),
            models.CheckConstraint(
                condition=Q(leaving_at=None) | Q(is_active=False), name="user_who_left_is_off"
            ),
            models.CheckConstraint(condition=~Q(language=""), name="user_has_a_language"),
        ]
        indexes = [
            models.Index("leaving_at", condition=Q(leaving_at__isnull=False), name="user_leaving")
        ]

    def __str__(self) -> str:
        return self.email


class Organisation(models.Model):
    """A buyer: keys, usage and invoices belong to it. A closed one stays, for its invoices."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=200)
    members = models.ManyToManyField(User, through="Membership", related_name="organisations")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    organisation = models.ForeignKey(Organisation, models.CASCADE)
    user = models.ForeignKey(User, models.CASCADE)
    role = models.CharField(max_length=10, choices=[(role.value, role.value) for role in Role])

    class Meta:
        constraints = [
            models.UniqueConstraint("organisation", "user", name="membership_once"),
            models.CheckConstraint(
                condition=Q(role__in=[role.value for role in Role]),
                name="membership_role_known",
            ),
        ]


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
        return self.kid


class PairingCode(models.Model):
    """A single-use code that turns a phone into a device of the account that asked for it."""

    code_sha256 = models.BinaryField(primary_key=True, max_length=32)
    owner = models.ForeignKey(User, models.CASCADE)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class Consent(models.Model):
    """What somebody has agreed to, in which version of its text."""

    class Document(models.TextChoices):
        TERMS = "terms", "terms of use"
        UPLOADS = "uploads", "licence of uploads"

    user = models.ForeignKey(User, models.CASCADE, related_name="consents")
    document = models.CharField(max_length=7, choices=Document)
    version = models.CharField(max_length=20)
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint("user", "document", "version", name="consent_once"),
            models.CheckConstraint(
                condition=Q(document__in=["terms", "uploads"]), name="consent_document_known"
            ),
        ]


class MailLink(models.Model):
    """A link that was sent by mail: it works once, until it expires. Only its hash is kept.

    email: whom it was sent to, which following it proves. user: whose password it resets, or who
    gets this address.
    organisation, role: what it invites to. then: the page that comes after it.
    """

    class Purpose(models.TextChoices):
        SIGN_UP = "sign_up"
        RESET = "reset"
        INVITE = "invite"
        ADDRESS = "address"

    token_sha256 = models.BinaryField(primary_key=True, max_length=32)
    purpose = models.CharField(max_length=7, choices=Purpose)
    email = models.EmailField()
    user = models.ForeignKey(User, models.CASCADE, null=True)
    organisation = models.ForeignKey(Organisation, models.CASCADE, null=True)
    role = models.CharField(max_length=10, blank=True)
    invited_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    then = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose="sign_up", user=None, organisation=None, role="")
                | Q(
                    purpose__in=["reset", "address"],
                    user__isnull=False,
                    organisation=None,
                    role="",
                )
                | Q(
                    purpose="invite",
                    user=None,
                    organisation__isnull=False,
                    role__in=[role.value for role in Role],
                ),
                name="mail_link_holds_what_it_is_for",
            )
        ]
        indexes = [
            models.Index("email", "purpose", name="mail_link_by_email"),
            models.Index("expires_at", name="mail_link_by_expiry"),
        ]


class SignIn(models.Model):
    """Where and when somebody has signed in; it lives as long as its session."""

    session_key = models.CharField(primary_key=True, max_length=40)
    user = models.ForeignKey(User, models.CASCADE, related_name="sign_ins")
    at = models.DateTimeField(default=timezone.now, editable=False)
    address = models.GenericIPAddressField(null=True)
    agent = models.CharField(max_length=200, blank=True)


class LoginTries(models.Model):
    """How often somebody has tried to sign in, or done what is limited, since `started_at`.

    key: a keyed hash of who and what.
    """

    key = models.CharField(primary_key=True, max_length=64)
    started_at = models.DateTimeField()
    tries = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "login tries"
        indexes = [models.Index("started_at", name="login_tries_by_start")]
