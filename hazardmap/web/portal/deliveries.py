"""Messages to endpoints: which arrived, what receivers said, and sending them again."""

import json
from typing import Final, NamedTuple
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from hazardmap.core.access.roles import Act
from hazardmap.core.ids import id_or_none
from hazardmap.platform.there import there
from hazardmap.web.asking import done
from hazardmap.web.portal.access import Portal, portal_page, show
from hazardmap.webhooks import selectors, services
from hazardmap.webhooks.values import KEPT, DeliveryDetail, DeliveryInfo

STATES: Final = {
    "": gettext_lazy("All"),
    "waiting": gettext_lazy("Waiting"),
    "delivered": gettext_lazy("Delivered"),
    "dead": gettext_lazy("Given up"),
}
ON_A_PAGE: Final = 50


class Asked(NamedTuple):
    """older: id to go on before; None where there is nothing older."""

    state: str
    deliveries: list[DeliveryInfo]
    older: UUID | None


def deliveries_asked(request: HttpRequest, organisation_id: UUID, endpoint_id: UUID) -> Asked:
    """The page of an endpoint's messages that the address asks for, newest first."""
    state = request.GET.get("state", "")
    state = state if state in STATES else ""
    found = selectors.deliveries_of(
        organisation_id,
        endpoint_id,
        state=state or None,
        before=id_or_none(request.GET.get("before", "")),
        limit=ON_A_PAGE + 1,
    )
    shown = found[:ON_A_PAGE]
    return Asked(state, shown, shown[-1].id if len(found) > ON_A_PAGE else None)


@require_safe
@portal_page(Act.LOOK)
def delivery_page(request: HttpRequest, portal: Portal, delivery_id: UUID) -> HttpResponse:
    delivery = _delivery(portal, delivery_id)
    payload = ""
    if not delivery.owed:  # looking at a page costs nothing
        payload = json.dumps(json.loads(delivery.body), indent=2, ensure_ascii=False)
    endpoint = selectors.endpoint_get(portal.organisation.pk, delivery.endpoint_id)
    return show(request, portal, "delivery", delivery=delivery, payload=payload, endpoint=endpoint)


@require_POST
@portal_page(Act.MANAGE_WEBHOOKS)
def again(request: HttpRequest, portal: Portal, delivery_id: UUID) -> HttpResponse:
    _delivery(portal, delivery_id)

    def act() -> None:
        mine = portal.organisation.pk
        if not services.delivery_replay(organisation_id=mine, delivery_id=delivery_id):
            raise ValueError(_("It is being sent at this moment."))

    words = _("It is sent again, under the same id.")
    return done(request, portal.url(f"webhooks/messages/{delivery_id}/"), act, words)


@require_POST
@portal_page(Act.MANAGE_WEBHOOKS)
def replay_dead(request: HttpRequest, portal: Portal, endpoint_id: UUID) -> HttpResponse:
    """All that were given up and are still kept."""
    mine = portal.organisation.pk
    there(selectors.endpoint_get(mine, endpoint_id))
    since = timezone.now() - KEPT
    count = services.dead_replay(organisation_id=mine, endpoint_id=endpoint_id, since=since)
    words = ngettext("%d message is sent again.", "%d messages are sent again.", count) % count
    return done(request, portal.url(f"webhooks/{endpoint_id}/"), lambda: None, words)


def _delivery(portal: Portal, delivery_id: UUID) -> DeliveryDetail:
    return there(selectors.delivery_get(portal.organisation.pk, delivery_id))
