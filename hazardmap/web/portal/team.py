"""The people of an organisation, what each role may, and leaving."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from hazardmap.accounts.selectors import invitations_of, members_of
from hazardmap.accounts.services import (
    AccountsRefused,
    invitation_withdraw,
    member_invite,
    member_remove,
    member_set_role,
    organisation_close,
)
from hazardmap.core.access.roles import Act, Role, may
from hazardmap.web.asking import done
from hazardmap.web.portal.access import Portal, portal_page, show


@require_safe
@portal_page(Act.LOOK)
def team_page(request: HttpRequest, portal: Portal) -> HttpResponse:
    return show(
        request,
        portal,
        "team",
        members=members_of(portal.organisation.pk),
        invitations=invitations_of(portal.organisation.pk),
        roles=list(Role),
        acts=[(act, [may(role, act) for role in Role]) for act in Act],
    )


@require_POST
@portal_page(Act.MANAGE_TEAM)
def invite(request: HttpRequest, portal: Portal) -> HttpResponse:
    email = request.POST.get("email", "")
    return done(
        request,
        portal.url("team/"),
        lambda: member_invite(
            organisation_id=portal.organisation.pk,
            actor=portal.user,
            email=email,
            role=Role(request.POST.get("role", Role.READER)),
            language=get_language(),
        ),
        _("An invitation is on its way to %(email)s.") % {"email": email},
    )


@require_POST
@portal_page(Act.MANAGE_TEAM)
def withdraw(request: HttpRequest, portal: Portal) -> HttpResponse:
    return done(
        request,
        portal.url("team/"),
        lambda: invitation_withdraw(
            organisation_id=portal.organisation.pk,
            actor=portal.user,
            email=request.POST.get("email", ""),
        ),
        _("The invitation is withdrawn."),
    )


@require_POST
@portal_page(Act.MANAGE_TEAM)
def set_role(request: HttpRequest, portal: Portal, user_id: UUID) -> HttpResponse:
    return done(
        request,
        portal.url("team/"),
        lambda: member_set_role(
            organisation_id=portal.organisation.pk,
            actor=portal.user,
            user_id=user_id,
            role=Role(request.POST.get("role", "")),
        ),
        _("The role is changed."),
    )


@require_POST
@portal_page(Act.LOOK)
def remove(request: HttpRequest, portal: Portal, user_id: UUID) -> HttpResponse:
    """Others by owners; oneself by everybody."""
    leaving = user_id == portal.user.pk
    return done(
        request,
        "/portal/?all" if leaving else portal.url("team/"),
        lambda: member_remove(
            organisation_id=portal.organisation.pk, actor=portal.user, user_id=user_id
        ),
        _("You have left.") if leaving else _("Removed."),
    )


@require_POST
@portal_page(Act.MANAGE_TEAM)
def close(request: HttpRequest, portal: Portal) -> HttpResponse:
    def act() -> None:
        if request.POST.get("name", "").strip() != portal.organisation.name:
            raise AccountsRefused(_("Type the name of the organisation, exactly as it is."))
        organisation_close(organisation_id=portal.organisation.pk, actor=portal.user)

    return done(request, "/portal/?all", act, _("The organisation is closed."))
