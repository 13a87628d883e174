"""Reads: who is behind a token, and which devices somebody has."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from hazardmap.accounts.models import ApiKey, Device, User
from hazardmap.core.camera import Camera
from hazardmap.core.tokens import Use, parse_token


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    id: UUID
    name: str
    created_at: datetime
    revoked: bool


@dataclass(frozen=True, slots=True)
class Contributor:
    """The device behind a token and the account it belongs to."""

    device_id: UUID
    account_id: UUID
    is_authenticated: bool = True


@dataclass(frozen=True, slots=True)
class Buyer:
    """The API key behind a token and the organisation it belongs to."""

    key_id: str
    organisation_id: UUID
    is_authenticated: bool = True


def devices_of(owner: User) -> list[DeviceInfo]:
    """All devices of an account, newest first."""
    rows = Device.objects.filter(owner=owner).order_by("-created_at")
    return [
        DeviceInfo(row.id, row.name, row.created_at, row.revoked_at is not None) for row in rows
    ]


def contributor_by_token(text: str) -> Contributor | None:
    """The device that this token belongs to; None if it is wrong, revoked or its owner is gone."""
    token = parse_token(text, Use.DEVICE)
    if token is None:
        return None
    row = Device.objects.filter(
        kid=token.kid, revoked_at__isnull=True, owner__is_active=True
    ).first()
    if row is None or not token.matches(row.secret_sha256):
        return None
    return Contributor(row.id, row.owner_id)


def buyer_by_token(text: str) -> Buyer | None:
    """The key that this token belongs to; None if it is wrong, revoked or expired."""
    token = parse_token(text, Use.API_KEY)
    if token is None:
        return None
    row = (
        ApiKey.objects.filter(kid=token.kid, revoked_at__isnull=True)
        .filter(Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now()))
        .first()
    )
    if row is None or not token.matches(row.secret_sha256):
        return None
    return Buyer(row.kid, row.organisation_id)


def keys_without_rights(*, since: datetime) -> set[str]:
    """The keys that were revoked or have expired since then."""
    now = timezone.now()
    ended = Q(revoked_at__gte=since) | Q(expires_at__range=(since, now))
    return set(ApiKey.objects.filter(ended).values_list("kid", flat=True))


def device_cameras(device_ids: Iterable[UUID]) -> dict[UUID, Callable[[Camera], Camera]]:
    """Of each device: from a base (EXIF or the default) its camera, with what is known of it."""
    return {row.id: partial(_camera, row) for row in Device.objects.filter(id__in=set(device_ids))}


def _camera(row: Device, base: Camera) -> Camera:
    return Camera(
        hfov_deg=row.hfov_deg or base.hfov_deg,
        height_m=row.camera_height_m or base.height_m,
        pitch_deg=base.pitch_deg if row.pitch_deg is None else row.pitch_deg,
        yaw_deg=base.yaw_deg if row.yaw_deg is None else row.yaw_deg,
        hfov_sigma_deg=1.0 if row.hfov_deg else base.hfov_sigma_deg,
        height_sigma_m=0.1 if row.camera_height_m else base.height_sigma_m,
        pitch_sigma_deg=base.pitch_sigma_deg if row.pitch_deg is None else 0.5,
        yaw_sigma_deg=base.yaw_sigma_deg if row.yaw_deg is None else 0.7,
        distortion=row.distortion or base.distortion,
    )


def has_account(email: str) -> bool:
    return User.objects.filter(email=email).exists()


def witnesses(account_ids: Iterable[UUID]) -> dict[UUID, int]:
    """The anonymous numbers that stand for accounts in the evidence."""
    found = User.objects.filter(id__in=set(account_ids))
    return dict(found.values_list("id", "witness"))


def keys_of(organisation_id: UUID) -> list[str]:
    """The public ids of all keys that an organisation ever had."""
    return list(ApiKey.objects.filter(organisation=organisation_id).values_list("kid", flat=True))
