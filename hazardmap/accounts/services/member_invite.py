"""Inviting people into an organisation, by mail."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from hazardmap.accounts.models import MailLink, User
from hazardmap.accounts.refused import AccountsRefused
from hazardmap.accounts.services.mail_link import link_make
from hazardmap.accounts.services.permit import permit
from hazardmap.accounts.tries import Total
from hazardmap.core.access.roles import Act, Role
from hazardmap.platform.mail import Mail, Receiver, mail_send, page_link

MOST_INVITATIONS = 50
# Mails a day, whoever sends them, from wherever: people who asked for nothing get them.
TO_ONE = Total("invitations to", 3)
FROM_ONE = Total("invitations from", 30)
OF_ORGANISATION = Total("invitations of", 50)


@transaction.atomic
def member_invite(
    *,
    organisation_id: UUID,
    actor: User,
    email: str,
    role: Role,
    language: str,
) -> None:
    """Send a link that makes whoever has this address a member; a second one replaces the first.

    language: the actor's, for whoever has no account with a language yet.
    Raises NotAllowed, AccountsRefused and MailFailed.
    """
    organisation = permit(actor=actor, organisation_id=organisation_id, act=Act.MANAGE_TEAM)
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise AccountsRefused(
            _("“%(email)s” is no e-mail address.") % {"email": email[:80]}
        ) from None
    if organisation.members.filter(email=email).exists():
        raise AccountsRefused(_("%(email)s is a member already.") % {"email": email})
    waiting = MailLink.objects.filter(organisation=organisation, used_at__isnull=True)
    if waiting.exclude(email=email).count() >= MOST_INVITATIONS:
        text = _("At most %(most)d invitations may wait: withdraw one.")
        raise AccountsRefused(text % {"most": MOST_INVITATIONS})
    # What is refused or fails here is counted back with the transaction.
    whose = (OF_ORGANISATION, str(organisation.pk)), (FROM_ONE, str(actor.pk)), (TO_ONE, email)
    if any(limit.too_many(whom) for limit, whom in whose):
        raise AccountsRefused(_("Too many invitations for one day: go on tomorrow."))
    token = link_make(
        MailLink.Purpose.INVITE, email, organisation=organisation, role=role, invited_by=actor
    )
    invited = User.objects.filter(email=email, is_active=True).first()
    who, link = actor.name or actor.email, page_link(f"/signup/{token}/")
    mail_send(
        to=[Receiver(email, invited.language if invited else language)],
        write=lambda: _invited(who, organisation.name, role, link),
    )


def invitation_withdraw(*, organisation_id: UUID, actor: User, email: str) -> None:
    """The link stops working. Raises NotAllowed."""
    permit(actor=actor, organisation_id=organisation_id, act=Act.MANAGE_TEAM)
    MailLink.objects.filter(organisation=organisation_id, email=email.strip().lower()).delete()


def _invited(who: str, organisation: str, role: Role, link: str) -> Mail:
    words = {"who": who, "organisation": organisation, "role": _(role)}
    return Mail(
        _("You are invited"),
        (
            _(
                "%(who)s invites you to %(organisation)s on hazardmap, in the role: %(role)s. "
                "To join, open this link within seven days:"
            )
            % words,
            link,
            _("If you do not want to, do nothing: the link ends by itself."),
        ),
    )
