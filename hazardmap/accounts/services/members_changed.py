"""What follows when the members of an organisation change: who is told, which invitations end."""

from collections.abc import Callable, Collection, Mapping
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from hazardmap.accounts.models import MailLink, Membership, Organisation, User
from hazardmap.core.access.roles import Role
from hazardmap.platform.mail import Mail, Receiver, mail_notice, page_link


def roles_in(organisation: Organisation) -> dict[UUID, str]:
    """The role of each member, by the id of the account."""
    members = Membership.objects.filter(organisation=organisation)
    return dict(members.values_list("user", "role"))


def members_changed(*, organisation: Organisation, before: Mapping[UUID, str], actor: User) -> None:
    """Whoever is in, out or in another role since `before` gets a mail after the transaction, and
    so do the owners; not the actor, who knows. Whoever may invite nobody any more has invited
    nobody: he could come back by it.
    """
    now = roles_in(organisation)
    changed = {who for who in {*before, *now} if before.get(who) != now.get(who)}
    owners = {who for who, role in now.items() if role == Role.OWNER}
    waiting = MailLink.objects.filter(organisation=organisation, used_at__isnull=True)
    waiting.filter(invited_by__in=changed - owners).delete()
    for who, email in _people(changed).values_list("pk", "email"):
        news = partial(_changed, organisation.name, email, now.get(who, ""))
        _tell({who, *owners} - {actor.pk}, news)


def closing_tell(
    *, organisation: Organisation, members: Collection[UUID], actor: User | None
) -> None:
    """After the transaction, to all who belonged to it but the actor; None is the operator."""
    others = {*members} - {actor and actor.pk}
    _tell(others, partial(_closed, organisation.name, by_operator=actor is None))


def _people(who: Collection[UUID]) -> QuerySet[User]:
    return User.objects.filter(pk__in=who, is_active=True).order_by("email")


def _tell(who: Collection[UUID], news: Callable[[], Mail]) -> None:
    to = [Receiver(*one) for one in _people(who).values_list("email", "language")]
    transaction.on_commit(lambda: mail_notice(to=to, write=news))


def _changed(organisation: str, email: str, role: str) -> Mail:
    """role: "" of who is out."""
    if role:
        news = _("%(email)s belongs to %(organisation)s on hazardmap, in the role: %(role)s.")
    else:
        news = _("%(email)s does not belong to %(organisation)s on hazardmap any more.")
    words = {"email": email, "organisation": organisation, "role": role and _(role)}
    return Mail(
        _("Members of %(organisation)s have changed") % {"organisation": organisation},
        (news % words, _who_to_ask(), page_link("/about/")),
    )


def _closed(organisation: str, *, by_operator: bool) -> Mail:
    words = {"organisation": organisation}
    if by_operator:
        news = _(
            "Whoever runs this site has closed %(organisation)s on hazardmap. Its API keys are "
            "revoked, its webhooks switched off, and nobody belongs to it any more."
        )
    else:
        news = _(
            "One of its owners has closed %(organisation)s on hazardmap. Its API keys are "
            "revoked, its webhooks switched off, and nobody belongs to it any more."
        )
    return Mail(
        _("%(organisation)s is closed") % words,
        (
            news % words,
            _who_to_ask(),
            page_link("/about/"),
        ),
    )


def _who_to_ask() -> str:
    return _(
        "If you did not expect this, ask an owner of the organisation, or whoever runs this site:"
    )
