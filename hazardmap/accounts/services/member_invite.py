"""Inviting people into an organisation, by mail."""

from collections.abc import Callable
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from hazardmap.accounts.models import MailLink, User
from hazardmap.accounts.refused import AccountsRefused
from hazardmap.accounts.services.mail_link import link_make
from hazardmap.accounts.services.permit import permit
from hazardmap.core.roles import Act, Role
from hazardmap.platform.mail import mail_send

MOST_INVITATIONS = 50


@transaction.atomic
def member_invite(
    *, organisation_id: UUID, actor: User, email: str, role: Role, url: Callable[[str], str]
) -> None:
    """Send a link that makes whoever has this address a member; a second one replaces the first.

    Raises NotAllowed, AccountsRefused and MailFailed.
    """
    organisation = permit(actor=actor, organisation_id=organisation_id, act=Act.MANAGE_TEAM)
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise AccountsRefused(f"{email[:80]!r} is no e-mail address.") from None
    if organisation.members.filter(email=email).exists():
        raise AccountsRefused(f"{email} is a member already.")
    waiting = MailLink.objects.filter(organisation=organisation, used_at__isnull=True)
    if waiting.exclude(email=email).count() >= MOST_INVITATIONS:
        raise AccountsRefused(f"At most {MOST_INVITATIONS} invitations may wait: withdraw one.")
    token = link_make(
        MailLink.Purpose.INVITE, email, organisation=organisation, role=role, invited_by=actor
    )
    text = INVITED.format(
        who=actor.name or actor.email, organisation=organisation.name, role=role, url=url(token)
    )
    mail_send(to=[email], subject="You are invited", text=text)


def invitation_withdraw(*, organisation_id: UUID, actor: User, email: str) -> None:
    """The link stops working. Raises NotAllowed."""
    permit(actor=actor, organisation_id=organisation_id, act=Act.MANAGE_TEAM)
    MailLink.objects.filter(organisation=organisation_id, email=email.strip().lower()).delete()


INVITED = """
{who} invites you to {organisation} on hazardmap, in the role: {role}.
To join, open this link within seven days:

{url}
"""
