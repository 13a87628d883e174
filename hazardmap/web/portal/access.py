"""Who may open which page of the portal: everything hangs on one organisation."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from hazardmap.accounts.models import Organisation, User
from hazardmap.accounts.selectors import memberships_of
from hazardmap.core.access.roles import Act, Role, may
from hazardmap.web.asking import signed_in

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Portal:
    """Whose portal it is, and who looks at it."""

    user: User
    organisation: Organisation
    role: Role
    others: tuple[Organisation, ...]

    def may(self, act: Act) -> bool:
        return may(self.role, act)

    def url(self, page: str = "") -> str:
        return f"/portal/{self.organisation.pk}/{page}"


View = Callable[Concatenate[HttpRequest, Portal, P], HttpResponseBase]


def portal_page(act: Act) -> Callable[[View[P]], Callable[..., HttpResponseBase]]:
    """A view of one organisation for members whose role may `act`; 404 for strangers."""

    def decorate(view: View[P]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        @never_cache
        @login_required
        def guarded(
            request: HttpRequest, organisation_id: UUID, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            user = signed_in(request)
            mine = {one.pk: (one, role) for one, role in memberships_of(user)}
            if organisation_id not in mine:
                raise Http404
            organisation, role = mine.pop(organisation_id)
            portal = Portal(user, organisation, role, tuple(one for one, _ in mine.values()))
            if not portal.may(act):
                return show(request, portal, "forbidden", status=403, act=act)
            return view(request, portal, *args, **kwargs)

        return guarded

    return decorate


def show(
    request: HttpRequest, portal: Portal, page: str, *, status: int = 200, **context: object
) -> HttpResponse:
    """A page of the portal: templates/portal/<page>.html."""
    allowed = {act.name: portal.may(act) for act in Act}
    values = {"portal": portal, "may": allowed, "here": page, "base": portal.url()} | context
    return render(request, f"portal/{page}.html", values, status=status)
