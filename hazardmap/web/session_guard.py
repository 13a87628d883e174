"""Every session of a person: noted where it began, and held until its second factor is shown."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from hazardmap.accounts.models import User
from hazardmap.accounts.services import has_second_factor, session_note
from hazardmap.platform.client_address import whole_address_in

CODE_PAGE = "/login/code/"
ENROL_PAGE = "/account/second-factor/"
_ALWAYS = (CODE_PAGE, "/logout/", "/admin/logout/", "/source.tar.gz")
_NOTED = "noted_as"


class SessionGuard:
    """Whoever has a second factor gets no page before it; staff without one no admin page, where
    the site demands it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and isinstance(request.user, User):
            _note(request, request.user)
            held = _held(request, request.user)
            if held is not None:
                return held
        return self.get_response(request)


def is_verified(user: User) -> bool:
    """Whether this session has shown its second factor (django_otp.middleware)."""
    return bool(user.is_verified())  # type: ignore[attr-defined]


def _held(request: HttpRequest, user: User) -> HttpResponse | None:
    if is_verified(user) or request.path in _ALWAYS:
        return None
    if has_second_factor(user):
        return HttpResponseRedirect(f"{CODE_PAGE}?{urlencode({'next': request.get_full_path()})}")
    if settings.STAFF_SECOND_FACTOR and user.is_staff and request.path.startswith("/admin/"):
        return HttpResponseRedirect(ENROL_PAGE)
    return None


def _note(request: HttpRequest, user: User) -> None:
    """The key of a session changes when a password does, so it is looked at each time."""
    key = request.session.session_key
    if key is None or request.session.get(_NOTED) == key:
        return
    address = whole_address_in(request.META)
    session_note(
        user=user,
        session_key=key,
        address=None if address is None else str(address),
        agent=request.headers.get("User-Agent", ""),
    )
    request.session[_NOTED] = key
