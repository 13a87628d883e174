"""Reads: what an organisation has set up, and what has become of its messages.

by_key: the key that asks, None for a member (webhooks.whose).
"""

import json
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count, Q
from django.utils import timezone

from hazardmap.webhooks.models import Delivery, Endpoint, WatchArea
from hazardmap.webhooks.values import DeliveryDetail, DeliveryInfo, EndpointInfo, Try, WatchInfo
from hazardmap.webhooks.whose import whose


def endpoints_of(organisation_id: UUID, *, by_key: str | None = None) -> list[EndpointInfo]:
    """Oldest first."""
    return _endpoints(whose(organisation_id, by_key))


def endpoint_get(
    organisation_id: UUID, endpoint_id: UUID, *, by_key: str | None = None
) -> EndpointInfo | None:
    found = _endpoints(whose(organisation_id, by_key) & Q(id=endpoint_id))
    return found[0] if found else None


def keys_watching() -> set[str]:
    """The keys that have an endpoint."""
    return set(Endpoint.objects.values_list("key_id", flat=True))


def watch_areas_of(organisation_id: UUID, *, by_key: str | None = None) -> list[WatchInfo]:
    """Oldest first."""
    found = WatchArea.objects.filter(whose(organisation_id, by_key, at="endpoint__"))
    return [_watch(row) for row in found.order_by("id")]


def watch_area_get(
    organisation_id: UUID, watch_id: UUID, *, by_key: str | None = None
) -> WatchInfo | None:
    mine = whose(organisation_id, by_key, at="endpoint__")
    row = WatchArea.objects.filter(mine, id=watch_id).first()
    return None if row is None else _watch(row)


def deliveries_of(
    organisation_id: UUID,
    endpoint_id: UUID,
    *,
    state: str | None = None,
    before: UUID | None = None,
    limit: int,
    by_key: str | None = None,
) -> list[DeliveryInfo]:
    """Newest first, those before an id."""
    mine = whose(organisation_id, by_key, at="endpoint__")
    found = Delivery.objects.filter(mine, endpoint_id=endpoint_id)
    if state is not None:
        found = found.filter(state=state)
    if before is not None:
        found = found.filter(id__lt=before)
    return [_delivery(row) for row in found.order_by("-id")[:limit]]


def delivery_get(
    organisation_id: UUID, delivery_id: UUID, *, by_key: str | None = None
) -> DeliveryDetail | None:
    mine = whose(organisation_id, by_key, at="endpoint__")
    found = Delivery.objects.filter(mine, id=delivery_id).select_related("endpoint")
    row = found.prefetch_related("tries").first()
    if row is None:
        return None
    tries = sorted(row.tries.all(), key=lambda one: (one.at, one.pk))
    told = [Try(one.at, one.status, one.said, one.duration_ms) for one in tries]
    return DeliveryDetail(
        info=_delivery(row),
        endpoint_id=row.endpoint_id,
        key_id=row.endpoint.key_id,
        owed=row.cursor is not None and not row.billed,
        body=row.body,
        tries=told,
    )


def _endpoints(which: Q) -> list[EndpointInfo]:
    def number(state: str) -> Count:
        return Count("deliveries", filter=Q(deliveries__state=state))

    now = timezone.now()
    found = Endpoint.objects.filter(which).annotate(waiting=number("waiting"), dead=number("dead"))
    return [
        EndpointInfo(
            id=row.id,
            url=row.url,
            created_at=row.created_at,
            disabled_at=row.disabled_at,
            disabled_why=row.disabled_why,
            failures=row.failures,
            retry_at=row.retry_at if row.retry_at and row.retry_at > now else None,
            older_secret_until=max(
                (until for until in row.older_secrets_until if until > now), default=None
            ),
            waiting=row.waiting,
            dead=row.dead,
        )
        for row in found.order_by("id")
    ]


def _watch(row: WatchArea) -> WatchInfo:
    return WatchInfo(
        id=row.id,
        endpoint_id=row.endpoint_id,
        name=row.name,
        area=json.loads(row.area.geojson),
        route=None if row.route is None else json.loads(row.route.geojson),
        corridor_m=row.corridor_m,
        kinds=_sorted(row.kinds),
        min_probability=row.min_probability,
        published=row.published,
        simulated=row.simulated,
        created_at=row.created_at,
    )


def _sorted(kinds: Iterable[str] | None) -> list[str] | None:
    return None if kinds is None else sorted(kinds)


def _delivery(row: Delivery) -> DeliveryInfo:
    return DeliveryInfo(
        id=row.id,
        type=row.type,
        hazard_id=row.hazard_id,
        cursor=row.cursor,
        created_at=row.created_at,
        state=row.state,
        attempts=row.attempts,
        next_at=row.next_at,
        delivered_at=row.delivered_at,
    )
