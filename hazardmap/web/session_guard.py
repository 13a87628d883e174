"""Every session of a person: noted where it began, and held until its second factor is shown and
changed terms are agreed to.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from hazardmap.accounts.consent_selectors import VERSIONS, has_outdated
from hazardmap.accounts.models import Consent, User
from hazardmap.accounts.services import (
    has_second_factor,
    session_note,
)
from hazardmap.platform.client_address import whole_address_in
from hazardmap.web.form_addresses import then

CODE_PAGE = "/login/code/"
ENROL_PAGE = "/account/second-factor/"
_ALWAYS = (CODE_PAGE, "/logout/", "/admin/logout/", "/source.tar.gz")
# Pages of one's own; whoever does not agree may take his data along and leave.
_AGREED_PAGES = ("/account/", "/portal/", "/admin/")
_CONSENT_PAGE = "/account/consent/"
_WITHOUT_CONSENT = (_CONSENT_PAGE, "/account/data/")
_NOTED = "noted_as"
_AGREED = "agreed_to"


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
    if request.path in _ALWAYS:
        return None
    if not is_verified(user) and has_second_factor(user):
        return HttpResponseRedirect(f"{CODE_PAGE}{then(request)}")
    if _is_asked(request, user):
        return HttpResponseRedirect(f"{_CONSENT_PAGE}{then(request)}")
    if is_verified(user):
        return None
    if settings.STAFF_SECOND_FACTOR and user.is_staff and request.path.startswith("/admin/"):
        return HttpResponseRedirect(ENROL_PAGE)
    return None


def _is_asked(request: HttpRequest, user: User) -> bool:
    """Whether the terms have changed since he agreed; looked up once in a session and version."""
    today = VERSIONS[Consent.Document.TERMS]
    if request.session.get(_AGREED) == today or request.method not in {"GET", "HEAD"}:
        return False
    if not request.path.startswith(_AGREED_PAGES) or request.path.startswith(_WITHOUT_CONSENT):
        return False
    if has_outdated(user, Consent.Document.TERMS):
        return True
    request.session[_AGREED] = today
    return False


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
