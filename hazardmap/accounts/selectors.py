"""Reads: who is behind a token, which devices somebody has, which keys count."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext as _

from hazardmap.accounts.consent_selectors import VERSIONS
from hazardmap.accounts.models import (
    ApiKey,
    Consent,
    Device,
    KeyEvent,
    MailLink,
    Membership,
    Organisation,
    User,
)
from hazardmap.core.access.roles import ALLOWED, Act, Role
from hazardmap.core.access.scopes import Environment
from hazardmap.core.access.tokens import Use, parse_token
from hazardmap.core.seeing.camera import Camera
from hazardmap.platform.mail import Receiver


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    id: UUID
    name: str
    created_at: datetime
    revoked: bool


@dataclass(frozen=True, slots=True)
class Contributor:
    """The device behind a token and the account it belongs to.

    licensed: whether its owner has agreed to the licence of uploads as it is today.
    """

    device_id: UUID
    account_id: UUID
    licensed: bool
    is_authenticated: bool = True


@dataclass(frozen=True, slots=True)
class KeyEventInfo:
    at: datetime
    what: str
    who: str
    note: str


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
    uploads = Consent.Document.UPLOADS
    given = Consent.objects.filter(
        user=OuterRef("owner"), document=uploads, version=VERSIONS[uploads]
    )
    rows = Device.objects.filter(kid=token.kid, revoked_at__isnull=True, owner__is_active=True)
    row = rows.annotate(licensed=Exists(given)).first()
    if row is None or not token.matches(row.secret_sha256):
        return None
    return Contributor(row.id, row.owner_id, row.licensed)


def changes_of(user: User) -> QuerySet[LogEntry]:
    """What the admin site has noted of the account, whoever changed it."""
    accounts = ContentType.objects.get_for_model(User)
    return LogEntry.objects.filter(content_type=accounts, object_id=str(user.pk))


def keys_without_rights(*, since: datetime) -> set[str]:
    """The keys that were revoked or have expired since then."""
    now = timezone.now()
    ended = Q(revoked_at__gte=since) | Q(expires_at__range=(since, now))
    return set(ApiKey.objects.filter(ended).values_list("kid", flat=True))


def keys_before(kid: str) -> RawSQL:
    """The key and those that it was rolled from, as a subquery: it inherits what was theirs."""
    return RawSQL(_BEFORE, [kid])  # noqa: S611 - a constant; the kid is a parameter


def keys_taken_away(kids: Iterable[str]) -> set[str]:
    """Those of these keys that were revoked with no other in their place, or because they had
    leaked, or whose heir was: it could do with theirs whatever it liked.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN_AWAY, [list(kids), KeyEvent.Verb.LEAKED.value])
        return {kid for (kid,) in cursor.fetchall()}


_BEFORE: Final = """
    WITH RECURSIVE before AS (
        SELECT kid, replaces_id FROM accounts_apikey WHERE kid = %s
        UNION
        SELECT old.kid, old.replaces_id FROM before
        JOIN accounts_apikey old ON old.kid = before.replaces_id
    )
    SELECT kid FROM before
"""
_TAKEN_AWAY: Final = """
    WITH RECURSIVE heirs AS (
        SELECT kid AS first, kid FROM accounts_apikey WHERE kid = ANY(%s)
        UNION
        SELECT heirs.first, new.kid FROM heirs
        JOIN accounts_apikey new ON new.replaces_id = heirs.kid
    )
    SELECT DISTINCT heirs.first FROM heirs JOIN accounts_apikey USING (kid)
    WHERE revoked_at IS NOT NULL AND (
        NOT EXISTS (SELECT FROM accounts_apikey new WHERE new.replaces_id = heirs.kid)
        OR EXISTS (SELECT FROM accounts_keyevent WHERE key_id = heirs.kid AND verb = %s)
    )
"""


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


def account_facts(user: User) -> dict[str, Any]:
    """What the rows of an account say of its owner, for him to read."""
    memberships = user.membership_set.select_related("organisation").order_by("pk")
    return {
        "email": user.email,
        "name": user.name,
        "language": user.language,
        "joined_at": user.joined_at,
        "last_login": user.last_login,
        "witness": user.witness,
        "consents": list(user.consents.order_by("at").values("document", "version", "at")),
        "organisations": [{"name": one.organisation.name, "role": one.role} for one in memberships],
    }


def has_account(email: str) -> bool:
    return User.objects.filter(email=email).exists()


def witnesses(account_ids: Iterable[UUID]) -> dict[UUID, int]:
    """The anonymous numbers that stand for accounts in the evidence."""
    found = User.objects.filter(id__in=set(account_ids))
    return dict(found.values_list("id", "witness"))


def devices_behind(witness: int) -> list[UUID]:
    """The devices of the account that a number stands for, also those that were revoked."""
    return list(Device.objects.filter(owner__witness=witness).values_list("id", flat=True))


def keys_of(organisation_id: UUID) -> list[str]:
    """The public ids of all keys that an organisation ever had, as far as they are billed."""
    keys = ApiKey.objects.filter(organisation=organisation_id, environment=Environment.LIVE)
    return list(keys.values_list("kid", flat=True))


def keys_replaced(organisation_id: UUID) -> dict[str, str]:
    """Each key of an organisation that was made in place of another, and in place of which."""
    rolled = ApiKey.objects.filter(organisation=organisation_id, replaces__isnull=False)
    return dict(rolled.values_list("kid", "replaces_id"))


def organisation_of_key(kid: str) -> UUID | None:
    return ApiKey.objects.filter(kid=kid).values_list("organisation_id", flat=True).first()


def owners_of_live_keys(kids: Iterable[str]) -> dict[str, UUID]:
    """The organisation of each of these keys that is no test key."""
    keys = ApiKey.objects.filter(kid__in=set(kids), environment=Environment.LIVE)
    return dict(keys.values_list("kid", "organisation_id"))


def keys_used(*, since: datetime) -> set[str]:
    """The keys that have asked for something since then."""
    return set(ApiKey.objects.filter(last_used_at__gte=since).values_list("kid", flat=True))


def unbilled_keys(kids: Iterable[str]) -> set[str]:
    """Those of these keys whose usage nobody is billed for."""
    found = ApiKey.objects.filter(kid__in=set(kids), environment=Environment.TEST)
    return set(found.values_list("kid", flat=True))


def people_who_may(organisation_id: UUID, act: Act) -> list[Receiver]:
    """The members of an organisation whose role lets them, by address."""
    roles = [role for role, acts in ALLOWED.items() if act in acts]
    members = Membership.objects.filter(
        organisation=organisation_id, role__in=roles, user__is_active=True
    )
    people = members.order_by("user__email").values_list("user__email", "user__language")
    return [Receiver(*one) for one in people]


def memberships_of(user: User) -> list[tuple[Organisation, Role]]:
    """The open organisations that somebody belongs to, by name."""
    rows = Membership.objects.filter(user=user, organisation__closed_at__isnull=True)
    rows = rows.select_related("organisation").order_by("organisation__name", "organisation_id")
    return [(row.organisation, Role(row.role)) for row in rows]


def members_of(organisation_id: UUID) -> list[Membership]:
    """With their people, owners first."""
    rows = Membership.objects.filter(organisation=organisation_id).select_related("user")
    order = list(Role)
    return sorted(rows, key=lambda row: (order.index(Role(row.role)), row.user.email))


def invitations_of(organisation_id: UUID) -> list[MailLink]:
    """Those that still wait."""
    waiting = MailLink.objects.filter(
        organisation=organisation_id, used_at__isnull=True, expires_at__gt=timezone.now()
    )
    return list(waiting.order_by("email"))


def api_keys_of(organisation_id: UUID) -> list[ApiKey]:
    """All keys that an organisation ever had, tests too: live ones first, the newest first."""
    now = timezone.now()
    rows = ApiKey.objects.filter(organisation=organisation_id).order_by("-created_at", "kid")
    return sorted(rows, key=lambda row: not row.works_at(now))


def api_key_of(organisation_id: UUID, kid: str) -> ApiKey | None:
    rows = ApiKey.objects.filter(organisation=organisation_id, kid=kid)
    return rows.select_related("replaces", "replaced_by").first()


def key_events_of(kid: str) -> list[KeyEventInfo]:
    """What has happened to a key, the newest first."""
    rows = list(KeyEvent.objects.filter(key=kid).order_by("-id")[:100])
    people = User.objects.in_bulk({row.actor_id for row in rows if row.actor_id})
    return [
        KeyEventInfo(
            at=row.at,
            what=row.get_verb_display().lower(),
            who=_actor(row, people),
            note=row.note,
        )
        for row in rows
    ]


def _actor(event: KeyEvent, people: dict[UUID, User]) -> str:
    if event.actor_id is None:
        return _("a finder") if event.verb == KeyEvent.Verb.LEAKED else _("the operator")
    person = people.get(event.actor_id)
    return person.email if person else _("somebody who has left")
