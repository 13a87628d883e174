"""Keys: made, limited, rolled, revoked; a secret is shown once, in the answer that made it."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from hazardmap.accounts.models import ApiKey
from hazardmap.accounts.selectors import api_key_of, api_keys_of, key_events_of
from hazardmap.accounts.services import (
    AccountsRefused,
    NewKey,
    Overlap,
    key_create,
    key_limit,
    key_revoke,
    key_roll,
)
from hazardmap.billing.plan_selectors import is_plan_missing
from hazardmap.core.access.key_limits import KeyLimits
from hazardmap.core.access.roles import Act
from hazardmap.core.access.scopes import SCOPE_WORDS, Environment, Scope
from hazardmap.platform.sentences import sentence
from hazardmap.platform.there import there
from hazardmap.web.asking import done
from hazardmap.web.portal.access import Portal, portal_page, show
from hazardmap.web.portal.snippets import first_call

LIVES = {
    "": (None, gettext_lazy("never")),
    "30": (timedelta(days=30), gettext_lazy("after 30 days")),
    "90": (timedelta(days=90), gettext_lazy("after 90 days")),
    "365": (timedelta(days=365), gettext_lazy("after a year")),
}
OVERLAPS = {
    "now": (Overlap.NOW, gettext_lazy("ends at once")),
    "1h": (Overlap.HOUR, gettext_lazy("works for another hour")),
    "24h": (Overlap.DAY, gettext_lazy("works for another 24 hours")),
    "7d": (Overlap.WEEK, gettext_lazy("works for another 7 days")),
}


@require_safe
@portal_page(Act.LOOK)
def keys_page(request: HttpRequest, portal: Portal) -> HttpResponse:
    return _list(request, portal)


@require_POST
@portal_page(Act.MANAGE_KEYS)
def create(request: HttpRequest, portal: Portal) -> HttpResponse:
    life, _words = LIVES.get(request.POST.get("life", ""), LIVES[""])
    try:
        new = key_create(
            organisation=portal.organisation,
            name=request.POST.get("name", ""),
            actor=portal.user,
            environment=Environment(request.POST.get("environment", Environment.LIVE)),
            scopes=[Scope(name) for name in request.POST.getlist("scopes")],
            limits=_limits(request),
            expires_at=None if life is None else timezone.now() + life,
        )
    except (AccountsRefused, ValueError) as refused:
        return _list(request, portal, error=sentence(refused))
    return _shown_once(request, portal, new)


@require_safe
@portal_page(Act.LOOK)
def key_page(request: HttpRequest, portal: Portal, kid: str) -> HttpResponse:
    key = _key(portal, kid)
    return show(
        request,
        portal,
        "key",
        key=key,
        works=key.works_at(timezone.now()),
        events=key_events_of(kid),
        overlaps=[(name, words) for name, (_overlap, words) in OVERLAPS.items()],
        origins="\n".join(key.allowed_origins),
        networks="\n".join(key.allowed_networks),
    )


@require_POST
@portal_page(Act.MANAGE_KEYS)
def limit(request: HttpRequest, portal: Portal, kid: str) -> HttpResponse:
    _key(portal, kid)
    return done(
        request,
        portal.url(f"keys/{kid}/"),
        lambda: key_limit(
            kid=kid,
            actor=portal.user,
            name=request.POST.get("name", ""),
            limits=_limits(request),
        ),
        _("Saved. It holds from the next request on."),
    )


@require_POST
@portal_page(Act.MANAGE_KEYS)
def roll(request: HttpRequest, portal: Portal, kid: str) -> HttpResponse:
    _key(portal, kid)
    overlap, _words = OVERLAPS.get(request.POST.get("overlap", ""), OVERLAPS["24h"])
    try:
        new = key_roll(kid=kid, actor=portal.user, overlap=overlap)
    except AccountsRefused as refused:
        return _list(request, portal, error=str(refused))
    return _shown_once(request, portal, new)


@require_POST
@portal_page(Act.MANAGE_KEYS)
def revoke(request: HttpRequest, portal: Portal, kid: str) -> HttpResponse:
    """Typing the name is what keeps a slip of the finger from stopping a fleet."""
    key = _key(portal, kid)

    def act() -> None:
        if request.POST.get("name", "").strip() != key.name:
            raise AccountsRefused(_("Type the name of the key, exactly as it is."))
        key_revoke(kid=kid, actor=portal.user)

    words = _("Revoked: at once for the API, within ten seconds for tiles.")
    return done(request, portal.url(f"keys/{kid}/"), act, words)


def _list(request: HttpRequest, portal: Portal, *, error: str = "") -> HttpResponse:
    now = timezone.now()
    keys = [(key, key.works_at(now)) for key in api_keys_of(portal.organisation.pk)]
    needs_plan = is_plan_missing(portal.organisation.pk)
    typed = request.POST if error else {"environment": _usual(needs_plan=needs_plan)}
    chosen = request.POST.getlist("scopes") if error else list(Scope)
    return show(
        request,
        portal,
        "keys",
        keys=keys,
        error=error,
        typed=typed,
        needs_plan=needs_plan,
        chosen=chosen,
        scope_words=SCOPE_WORDS.items(),
        lives=[(name, words) for name, (_life, words) in LIVES.items()],
    )


def _usual(*, needs_plan: bool) -> Environment:
    """Which key answers as soon as it is made."""
    return Environment.TEST if needs_plan else Environment.LIVE


def _shown_once(request: HttpRequest, portal: Portal, new: NewKey) -> HttpResponse:
    key = _key(portal, new.kid)
    snippet = first_call(request, new.token)
    return show(request, portal, "key_new", key=key, token=new.token, snippet=snippet)


def _key(portal: Portal, kid: str) -> ApiKey:
    return there(api_key_of(portal.organisation.pk, kid))


def _limits(request: HttpRequest) -> KeyLimits:
    """One a line, or several with spaces or commas between. Raises ValueError."""

    def listed(name: str) -> list[str]:
        return request.POST.get(name, "").replace(",", " ").split()

    return KeyLimits.read(listed("origins"), listed("networks"))
