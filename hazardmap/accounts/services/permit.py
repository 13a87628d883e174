"""May this person do this in this organisation? The table is core.access.roles."""

from uuid import UUID

from django.utils.translation import gettext as _

from hazardmap.accounts.models import Membership, Organisation, User
from hazardmap.accounts.refused import NotAllowed
from hazardmap.core.access.roles import Act, Role, may


def permit(*, actor: User, organisation_id: UUID, act: Act) -> Organisation:
    """The organisation, if the actor may. Raises NotAllowed.

    An organisation that somebody does not belong to looks like one that is not there.
    """
    found = Membership.objects.filter(
        user=actor,
        user__is_active=True,
        organisation_id=organisation_id,
        organisation__closed_at__isnull=True,
    )
    membership = found.select_related("organisation").first()
    if membership is None:
        raise NotAllowed(_("There is no such organisation."))
    if not may(Role(membership.role), act):
        text = _("Your role here, %(role)s, may not: %(act)s.")
        raise NotAllowed(text % {"role": _(membership.role), "act": _(act)})
    return membership.organisation
