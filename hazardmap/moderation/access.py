"""Who may moderate."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

P = ParamSpec("P")


def may_moderate(request: HttpRequest) -> bool:
    """Staff with the right to add decisions (superusers have every right)."""
    user = request.user
    return user.is_active and user.is_staff and user.has_perm("moderation.add_decision")


def moderators_only(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A view that answers 403 to everybody else; sending people to the login is the site's job."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not may_moderate(request):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded
