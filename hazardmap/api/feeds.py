"""Feeds that anybody may read, in the dialects of others."""

import json
from collections.abc import Iterator
from datetime import datetime
from hashlib import blake2b
from typing import Final

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import condition, require_safe
from redis import RedisError

from hazardmap.api.dialects import wzdx
from hazardmap.api.dialects.told import Zone
from hazardmap.api.grammar import SIMULATED
from hazardmap.api.parameters import read
from hazardmap.api.problems import Invalid, document
from hazardmap.hazards.zone_selectors import zones_page
from hazardmap.platform.limited import limited
from hazardmap.platform.problems import MEDIA_TYPE

FEEDS_PER_MINUTE: Final = 60
KEPT_S: Final = 30
READ_AT_ONCE: Final = 1000


@require_safe
@limited("feeds", FEEDS_PER_MINUTE)
def workzones(request: HttpRequest) -> HttpResponse:
    """The WZDx feed (docs/adr/0026-dialects.md). Public, under CC0."""
    try:
        simulated = read(request.GET, (SIMULATED,))["simulated"]
    except Invalid as error:
        body = document(error, request)
        return JsonResponse(body, status=error.status_code, content_type=MEDIA_TYPE)
    feed = _kept(f"{request.scheme}://{request.get_host()}", simulated=simulated)
    tag = f'"{blake2b(feed, digest_size=16).hexdigest()}"'

    @condition(etag_func=lambda _: tag)
    def answered(_: HttpRequest) -> HttpResponse:
        return HttpResponse(feed, content_type="application/geo+json")

    response = answered(request)
    response.headers["Cache-Control"] = f"public, max-age={KEPT_S}"
    response.headers["Link"] = f'<{wzdx.CC0}>; rel="license"'
    return response


def _kept(site: str, *, simulated: bool) -> bytes:
    """The feed as it was at most KEPT_S ago: however many ask, it is written no more often."""
    key = f"wzdx:{simulated}:{site}"
    try:
        body: bytes | None = cache.get(key)
        if body is None:
            body = _written(site, simulated=simulated)
            cache.set(key, body, KEPT_S)
    except RedisError:
        body = _written(site, simulated=simulated)
    return body


def _written(site: str, *, simulated: bool) -> bytes:
    now = timezone.now()
    zones = (one for one in _zones(now) if simulated or not one.zone.simulated)
    name = f"hazardmap at {site.partition('://')[2]}"
    source = f"{site}{reverse('wzdx')}"
    return json.dumps(wzdx.feed(zones, publisher=name, source=source, now=now)).encode()


def _zones(now: datetime) -> Iterator[Zone]:
    after = None
    while True:
        found = zones_page(bbox=None, ended_since=now - wzdx.KEPT, after=after, limit=READ_AT_ONCE)
        yield from (Zone(one.zone, one.updated_at) for one in found)
        if len(found) < READ_AT_ONCE:
            return
        after = found[-1].zone.id
