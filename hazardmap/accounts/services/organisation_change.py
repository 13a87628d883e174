"""Organisations: founded and closed; who belongs to them, in which role."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hazardmap.accounts.models import ApiKey, MailLink, Membership, Organisation, User
from hazardmap.accounts.refused import AccountsRefused, NotAllowed
from hazardmap.accounts.services.key_change import key_revoke
from hazardmap.accounts.services.members_changed import closing_tell, members_changed, roles_in
from hazardmap.accounts.services.name_check import name_check, one_line
from hazardmap.accounts.services.permit import permit
from hazardmap.core.access.roles import Act, Role

MOST_ORGANISATIONS = 10


@transaction.atomic
def organisation_create(*, name: str, owner: User | None = None) -> Organisation:
    """owner: its first member; None where the operator makes it. Raises AccountsRefused."""
    name = one_line(name)[:200]
    if not name:
        raise AccountsRefused(_("An organisation needs a name."))
    name_check(name)
    organisation = Organisation.objects.create(name=name)
    if owner is not None:
        User.objects.select_for_update().get(pk=owner.pk)
        open_ones = owner.organisations.filter(closed_at__isnull=True)
        if open_ones.count() >= MOST_ORGANISATIONS:
            text = _("One person is in at most %(most)d organisations.")
            raise AccountsRefused(text % {"most": MOST_ORGANISATIONS})
        Membership.objects.create(organisation=organisation, user=owner, role=Role.OWNER)
    return organisation


@transaction.atomic
def organisation_close(*, organisation_id: UUID, actor: User | None = None) -> Organisation:
    """End all its keys, invitations and memberships; all members are told. Usage and invoices stay.

    actor: None for the operator. Raises NotAllowed.
    """
    # Who makes a key waits for this; a key that is just being rolled must be able to end.
    found = Organisation.objects.select_for_update(no_key=True).filter(pk=organisation_id).first()
    if actor is not None:
        found = permit(actor=actor, organisation_id=organisation_id, act=Act.MANAGE_TEAM)
    if found is None or found.closed_at is not None:
        raise NotAllowed(_("There is no such organisation."))
    organisation = found
    live = ApiKey.objects.filter(organisation=organisation, revoked_at__isnull=True)
    while kids := list(live.values_list("kid", flat=True)):
        for kid in kids:
            key_revoke(kid=kid, actor=actor)
    MailLink.objects.filter(organisation=organisation).delete()
    members = roles_in(organisation)
    Membership.objects.filter(organisation=organisation).delete()
    organisation.closed_at = timezone.now()
    organisation.save(update_fields=["closed_at"])
    closing_tell(organisation=organisation, members=members, actor=actor)
    return organisation


@transaction.atomic
def member_set_role(*, organisation_id: UUID, actor: User, user_id: UUID, role: Role) -> None:
    """Raises NotAllowed, and AccountsRefused where it would leave no owner."""
    organisation = permit(actor=actor, organisation_id=organisation_id, act=Act.MANAGE_TEAM)
    membership = _membership(organisation_id, user_id)
    before = roles_in(organisation)
    membership.role = role
    membership.save(update_fields=["role"])
    _keep_an_owner(organisation_id)
    members_changed(organisation=organisation, before=before, actor=actor)


@transaction.atomic
def member_remove(*, organisation_id: UUID, actor: User, user_id: UUID) -> None:
    """Take somebody out; everybody may leave. The keys that they made stay.

    Raises NotAllowed, and AccountsRefused where it would leave no owner.
    """
    act = Act.LOOK if user_id == actor.pk else Act.MANAGE_TEAM
    organisation = permit(actor=actor, organisation_id=organisation_id, act=act)
    membership = _membership(organisation_id, user_id)
    before = roles_in(organisation)
    membership.delete()
    _keep_an_owner(organisation_id)
    members_changed(organisation=organisation, before=before, actor=actor)


def _membership(organisation_id: UUID, user_id: UUID) -> Membership:
    """Whoever changes members holds the organisation: two owners cannot leave at the same time."""
    Organisation.objects.select_for_update().get(pk=organisation_id)
    found = Membership.objects.filter(organisation=organisation_id, user=user_id).first()
    if found is None:
        raise NotAllowed(_("There is no such member."))
    return found


def _keep_an_owner(organisation_id: UUID) -> None:
    owners = Membership.objects.filter(organisation=organisation_id, role=Role.OWNER)
    if not owners.exists():
        raise AccountsRefused(
            _("An organisation keeps an owner: make somebody else one first, or close it.")
        )
