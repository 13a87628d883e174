"""What becomes of an API key: limited, rolled, revoked, reported as leaked."""

from datetime import datetime, timedelta
from enum import Enum

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hazardmap.accounts.models import ApiKey, KeyEvent, User
from hazardmap.accounts.refused import AccountsRefused, NotAllowed
from hazardmap.accounts.selectors import people_who_may
from hazardmap.accounts.services.key_create import NewKey, key_make, note_event
from hazardmap.accounts.services.name_check import one_line
from hazardmap.accounts.services.permit import permit
from hazardmap.core.access.key_limits import KeyLimits
from hazardmap.core.access.roles import Act
from hazardmap.core.access.tokens import Use, parse_token
from hazardmap.platform.mail import Mail, mail_notice, page_link


class Overlap(Enum):
    """How long the old key goes on working beside the new one."""

    NOW = timedelta(0)
    HOUR = timedelta(hours=1)
    DAY = timedelta(hours=24)
    WEEK = timedelta(days=7)


@transaction.atomic
def key_limit(*, kid: str, actor: User, name: str, limits: KeyLimits) -> None:
    """Rename a key and say from where it may be used. Raises NotAllowed and AccountsRefused."""
    key = _live(kid, actor)
    key.name = one_line(name)[:100] or key.name
    key.allowed_origins, key.allowed_networks = list(limits.origins), list(limits.networks)
    key.save(update_fields=["name", "allowed_origins", "allowed_networks"])
    places = ", ".join([*limits.origins, *limits.networks]) or "anywhere"
    note_event(key, KeyEvent.Verb.LIMITED, actor, f"{key.name}: {places}")


@transaction.atomic
def key_roll(*, kid: str, actor: User, overlap: Overlap) -> NewKey:
    """A new key with the same rights; the old one ends after `overlap`, or earlier as it was.

    Raises NotAllowed and AccountsRefused.
    """
    old = _live(kid, actor)
    if ApiKey.objects.filter(replaces=old).exists():
        raise AccountsRefused(_("This key has been rolled already."))
    now = timezone.now()
    new = key_make(
        ApiKey(
            organisation_id=old.organisation_id,
            name=old.name,
            environment=old.environment,
            scopes=old.scopes,
            allowed_origins=old.allowed_origins,
            allowed_networks=old.allowed_networks,
            expires_at=old.expires_at,
            replaces=old,
        ),
        actor,
    )
    if overlap is Overlap.NOW:
        _revoke(old, now)
    else:
        old.expires_at = min(old.expires_at or now + overlap.value, now + overlap.value)
        old.save(update_fields=["expires_at"])
    note_event(old, KeyEvent.Verb.ROLLED, actor, f"to {new.kid}")
    return new


@transaction.atomic
def key_revoke(*, kid: str, actor: User | None = None) -> bool:
    """The key stops working: at once for the API, within ten seconds for tiles.

    actor: None for the operator. False where there is no such key, or it was revoked before.
    Raises NotAllowed.
    """
    key = ApiKey.objects.select_for_update().filter(kid=kid).first()
    if actor is not None:
        _permit(key, actor)
    if key is None or key.revoked_at is not None:
        return False
    _revoke(key, timezone.now())
    note_event(key, KeyEvent.Verb.REVOKED, actor)
    return True


@transaction.atomic
def key_report_leaked(*, token: str) -> str | None:
    """Revoke a key that somebody has found, and tell those who manage it.

    Only the whole token proves that it was found. Its kid, also where it was revoked before; None
    where there is no such key.
    """
    parts = parse_token(token.strip(), Use.API_KEY, Use.TEST_KEY)
    if parts is None:
        return None
    key = ApiKey.objects.select_for_update().filter(kid=parts.kid).first()
    if key is None or not parts.matches(key.secret_sha256):
        return None
    if key.revoked_at is None:
        _revoke(key, timezone.now())
        note_event(key, KeyEvent.Verb.LEAKED, None)
        to = people_who_may(key.organisation_id, Act.MANAGE_KEYS)
        transaction.on_commit(lambda: mail_notice(to=to, write=lambda: _leaked(key)))
    return key.kid


def _live(kid: str, actor: User) -> ApiKey:
    key = ApiKey.objects.select_for_update().filter(kid=kid).first()
    key = _permit(key, actor)
    if key.revoked_at is not None or (key.expires_at and key.expires_at <= timezone.now()):
        raise AccountsRefused(_("This key has ended already."))
    return key


def _permit(key: ApiKey | None, actor: User) -> ApiKey:
    """Somebody else's key looks like one that is not there."""
    if key is None:
        raise NotAllowed(_("There is no such key."))
    permit(actor=actor, organisation_id=key.organisation_id, act=Act.MANAGE_KEYS)
    return key


def _revoke(key: ApiKey, at: datetime) -> None:
    key.revoked_at = at
    key.save(update_fields=["revoked_at"])


def _leaked(key: ApiKey) -> Mail:
    words = {"name": key.name, "prefix": key.prefix}
    return Mail(
        _("A key of %(organisation)s was found and revoked")
        % {"organisation": key.organisation.name},
        (
            _(
                "Somebody has found the API key “%(name)s” (%(prefix)s…) and proved it by its "
                "secret. It is revoked: at once for the API, within ten seconds for tiles."
            )
            % words,
            _(
                "Webhooks on its account are switched off, since whoever found it may have added "
                "them: add yours again on the account of the new key."
            ),
            _(
                "Make a new key in the portal, put it where the old one was, and look for where "
                "the old one lay open: in a repository, in a page, in a log. What it was used for "
                "is in the portal’s usage."
            ),
            page_link(f"/portal/{key.organisation_id}/keys/"),
        ),
    )
