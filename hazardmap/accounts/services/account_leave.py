"""Leaving for good: at once for the person, and a little later for all that is left of him."""

from datetime import timedelta
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from hazardmap.accounts.models import Device, MailLink, Membership, Organisation, SignIn, User
from hazardmap.accounts.refused import AccountsRefused
from hazardmap.accounts.selectors import changes_of
from hazardmap.accounts.services.second_factor import second_factor_forget
from hazardmap.core.access.roles import Role

# What was under way when he left has arrived by then.
SETTLES_WITHIN = timedelta(minutes=10)


@transaction.atomic
def account_leave(*, user: User) -> None:
    """Nobody signs in or uploads with it any more, and its address is free. Safe to call twice.

    Raises AccountsRefused for staff, whose decisions are signed, and for the last owner of an
    organisation.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.is_staff:
        text = _("This account has rights in the administration: have them taken away first.")
        raise AccountsRefused(text)
    for membership in _memberships(user):
        owners = Membership.objects.filter(organisation=membership.organisation, role=Role.OWNER)
        if membership.role == Role.OWNER and not owners.exclude(user=user).exists():
            text = _("You are the last owner of %(name)s: make somebody else one, or close it.")
            raise AccountsRefused(text % {"name": membership.organisation.name})
    now = timezone.now()
    Membership.objects.filter(user=user).delete()
    MailLink.objects.filter(Q(email=user.email) | Q(user=user)).delete()
    Device.objects.filter(owner=user, revoked_at__isnull=True).update(revoked_at=now)
    sessions = SignIn.objects.filter(user=user)
    Session.objects.filter(session_key__in=sessions.values("session_key")).delete()
    sessions.delete()
    second_factor_forget(user=user)
    changes_of(user).delete()  # they name its address
    user.email, user.name = f"{user.pk}@left.invalid", ""
    user.set_unusable_password()
    user.is_active, user.leaving_at = False, user.leaving_at or now
    user.save()


def account_delete(*, account_id: UUID) -> None:
    """The row itself, once nothing hangs on it any more."""
    User.objects.filter(pk=account_id, leaving_at__isnull=False).delete()


def accounts_leaving() -> list[tuple[UUID, int]]:
    """Id and witness number of those who left long enough ago, oldest first."""
    settled = User.objects.filter(leaving_at__lte=timezone.now() - SETTLES_WITHIN)
    return list(settled.order_by("leaving_at").values_list("pk", "witness"))


def _memberships(user: User) -> list[Membership]:
    """With their organisations held: two owners do not leave at the same moment."""
    memberships = list(Membership.objects.filter(user=user).select_related("organisation"))
    ids = sorted(membership.organisation_id for membership in memberships)
    list(Organisation.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    return memberships
