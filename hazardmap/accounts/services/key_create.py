"""New API keys."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hazardmap.accounts.models import ApiKey, KeyEvent, Organisation, User
from hazardmap.accounts.refused import AccountsRefused
from hazardmap.accounts.services.name_check import one_line
from hazardmap.accounts.services.permit import permit
from hazardmap.core.access.key_limits import KeyLimits
from hazardmap.core.access.roles import Act
from hazardmap.core.access.scopes import Environment, Scope
from hazardmap.core.access.tokens import Use, new_token

MOST_KEYS = 100
EVERYTHING = frozenset(Scope)


@dataclass(frozen=True, slots=True)
class NewKey:
    """`token` is shown this once."""

    kid: str
    token: str = field(repr=False)


@transaction.atomic
def key_create(
    *,
    organisation: Organisation,
    name: str,
    actor: User | None = None,
    environment: Environment = Environment.LIVE,
    scopes: Collection[Scope] = EVERYTHING,
    limits: KeyLimits = KeyLimits(),  # noqa: B008 - a frozen value
    expires_at: datetime | None = None,
) -> NewKey:
    """actor: who makes it, None for the operator. Raises NotAllowed and AccountsRefused."""
    # Held before anything is asked: it may just be closing.
    locked = Organisation.objects.select_for_update().get(pk=organisation.pk)
    if actor is not None:
        permit(actor=actor, organisation_id=organisation.pk, act=Act.MANAGE_KEYS)
    if not name.strip():
        raise AccountsRefused(_("A key needs a name."))
    if not scopes:
        raise AccountsRefused(_("A key needs at least one scope."))
    if expires_at is not None and expires_at <= timezone.now():
        raise AccountsRefused(_("A key expires in the future."))
    if locked.keys.filter(revoked_at__isnull=True).count() >= MOST_KEYS:
        text = _("An organisation has at most %(most)d keys: revoke one first.")
        raise AccountsRefused(text % {"most": MOST_KEYS})
    return key_make(
        ApiKey(
            organisation=locked,
            name=one_line(name)[:100],
            environment=environment,
            scopes=sorted(scopes),
            allowed_origins=list(limits.origins),
            allowed_networks=list(limits.networks),
            expires_at=expires_at,
        ),
        actor,
    )


def key_make(row: ApiKey, actor: User | None) -> NewKey:
    """Give a new row its secret, and write down that it was created. In a transaction."""
    token = new_token(Use.TEST_KEY if row.environment == Environment.TEST else Use.API_KEY)
    row.kid, row.secret_sha256, row.last4 = token.kid, token.digest(), token.secret[-4:]
    row.save(force_insert=True)
    note_event(row, KeyEvent.Verb.CREATED, actor, f"{row.environment}: {', '.join(row.scopes)}")
    return NewKey(token.kid, token.reveal())


def note_event(key: ApiKey, verb: KeyEvent.Verb, actor: User | None, note: str = "") -> None:
    KeyEvent.objects.create(
        key=key, verb=verb, actor_id=None if actor is None else actor.pk, note=note[:500]
    )
