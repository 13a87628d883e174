"""Endpoints of webhooks: added, tested, paused, rolled, removed; a secret is shown once."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from hazardmap.accounts.models import ApiKey
from hazardmap.accounts.selectors import api_keys_of
from hazardmap.core.access.roles import Act
from hazardmap.core.access.scopes import Scope
from hazardmap.core.kinds import KINDS
from hazardmap.core.messages.webhook import TRIPS_AT
from hazardmap.platform.there import there
from hazardmap.web.asking import done
from hazardmap.web.portal.access import Portal, portal_page, show
from hazardmap.web.portal.deliveries import STATES, deliveries_asked
from hazardmap.webhooks import selectors, services
from hazardmap.webhooks.values import EndpointInfo, NewEndpoint, WebhookRefused

OVERLAPS = {
    "now": (timedelta(0), gettext_lazy("is not used any more")),
    "1h": (timedelta(hours=1), gettext_lazy("signs beside it for another hour")),
    "24h": (timedelta(days=1), gettext_lazy("signs beside it for another 24 hours")),
    "7d": (timedelta(days=7), gettext_lazy("signs beside it for another 7 days")),
}


@require_safe
@portal_page(Act.LOOK)
def endpoints_page(request: HttpRequest, portal: Portal) -> HttpResponse:
    return _list(request, portal)


@require_POST
@portal_page(Act.MANAGE_WEBHOOKS)
def create(request: HttpRequest, portal: Portal) -> HttpResponse:
    """On the account of a key, as over the API: that is where its deliveries are counted."""
    kid = request.POST.get("key", "")
    if kid not in {key.kid for key in _keys(portal)}:
        return _list(request, portal, error=_("Choose the key whose account pays for it."))
    try:
        new = services.endpoint_add(
            organisation_id=portal.organisation.pk,
            key_id=kid,
            url=request.POST.get("url", "").strip(),
        )
    except WebhookRefused as refused:
        words = _("This address cannot be used. In the words of the API: %(rule)s.")
        return _list(request, portal, error=words % {"rule": refused.rule})
    return _shown_once(request, portal, new)


@require_safe
@portal_page(Act.LOOK)
def endpoint_page(request: HttpRequest, portal: Portal, endpoint_id: UUID) -> HttpResponse:
    mine, endpoint = portal.organisation.pk, endpoint_of(portal, endpoint_id)
    state, deliveries, older = deliveries_asked(request, mine, endpoint_id)
    watched = [
        (one, [_(KINDS[kind].label) for kind in one.kinds or ()])
        for one in selectors.watch_areas_of(mine)
        if one.endpoint_id == endpoint_id
    ]
    return show(
        request,
        portal,
        "webhook",
        endpoint=endpoint,
        host=_host(endpoint),
        left_alone=_left_alone(endpoint),
        watched=watched,
        kinds=KINDS.values(),
        overlaps=[(name, words) for name, (_overlap, words) in OVERLAPS.items()],
        states=STATES,
        state=state,
        deliveries=deliveries,
        older=older,
    )


@require_POST
@portal_page(Act.MANAGE_WEBHOOKS)
def roll(request: HttpRequest, portal: Portal, endpoint_id: UUID) -> HttpResponse:
    overlap, _words = OVERLAPS.get(request.POST.get("overlap", ""), OVERLAPS["24h"])
    try:
        new = services.secret_roll(
            organisation_id=portal.organisation.pk,
            endpoint_id=endpoint_id,
            overlap_s=int(overlap.total_seconds()),
        )
    except WebhookRefused as refused:
        words = _("It was rolled too often. In the words of the API: %(rule)s.")
        messages.error(request, words % {"rule": refused.rule})
        return HttpResponseRedirect(_page(portal, endpoint_id))
    return _shown_once(request, portal, there(new))


@require_POST
@portal_page(Act.MANAGE_WEBHOOKS)
def test(request: HttpRequest, portal: Portal, endpoint_id: UUID) -> HttpResponse:
    words = _("A test message is on its way. Load this page again to see what became of it.")
    return _acted(request, portal, endpoint_id, services.endpoint_test, words)


@require_POST
@portal_page(Act.MANAGE_WEBHOOKS)
def pause(request: HttpRequest, portal: Portal, endpoint_id: UUID) -> HttpResponse:
    words = _("Paused. Messages wait until it is switched on again.")
    return _acted(request, portal, endpoint_id, services.endpoint_pause, words)


@require_POST
@portal_page(Act.MANAGE_WEBHOOKS)
def enable(request: HttpRequest, portal: Portal, endpoint_id: UUID) -> HttpResponse:
    words = _("Switched on. What was waiting is sent now.")
    return _acted(request, portal, endpoint_id, services.endpoint_enable, words)


@require_POST
@portal_page(Act.MANAGE_WEBHOOKS)
def remove(request: HttpRequest, portal: Portal, endpoint_id: UUID) -> HttpResponse:
    """Typing the host keeps a slip of the finger from losing what still waits."""
    endpoint = endpoint_of(portal, endpoint_id)
    typed_right = request.POST.get("host", "").strip() == _host(endpoint)

    def act() -> None:
        if not typed_right:
            raise ValueError(_("Type the name of the host, exactly as it is."))
        services.endpoint_remove(organisation_id=portal.organisation.pk, endpoint_id=endpoint_id)

    where = portal.url("webhooks/") if typed_right else _page(portal, endpoint_id)
    return done(request, where, act, _("Removed, with its watch areas and messages."))


def endpoint_of(portal: Portal, endpoint_id: UUID) -> EndpointInfo:
    """Another organisation's looks like one that is not there."""
    return there(selectors.endpoint_get(portal.organisation.pk, endpoint_id))


def _acted(
    request: HttpRequest,
    portal: Portal,
    endpoint_id: UUID,
    act: Callable[..., object],
    words: str,
) -> HttpResponse:
    """The endpoint's page again, with these words where the service has done it."""
    endpoint_of(portal, endpoint_id)
    organisation_id = portal.organisation.pk
    return done(
        request,
        _page(portal, endpoint_id),
        lambda: act(organisation_id=organisation_id, endpoint_id=endpoint_id),
        words,
    )


def _list(request: HttpRequest, portal: Portal, *, error: str = "") -> HttpResponse:
    endpoints = selectors.endpoints_of(portal.organisation.pk)
    return show(
        request,
        portal,
        "webhooks",
        endpoints=[(one, _left_alone(one)) for one in endpoints],
        keys=_keys(portal),
        error=error,
        typed=request.POST if error else {},
    )


def _keys(portal: Portal) -> list[ApiKey]:
    """Those that may manage webhooks over the API."""
    now = timezone.now()
    keys = api_keys_of(portal.organisation.pk)
    return [key for key in keys if key.works_at(now) and Scope.WEBHOOKS in key.scopes]


def _left_alone(endpoint: EndpointInfo) -> bool:
    """It has failed so often that it is tried only now and then."""
    return endpoint.failures >= TRIPS_AT and endpoint.disabled_at is None


def _shown_once(request: HttpRequest, portal: Portal, new: NewEndpoint) -> HttpResponse:
    endpoint = endpoint_of(portal, new.id)
    return show(request, portal, "webhook_secret", endpoint=endpoint, secret=new.secret)


def _host(endpoint: EndpointInfo) -> str:
    return urlsplit(endpoint.url).hostname or ""


def _page(portal: Portal, endpoint_id: UUID) -> str:
    return portal.url(f"webhooks/{endpoint_id}/")
