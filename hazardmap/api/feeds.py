"""Feeds that anybody may read, in the dialects of others."""

import json
from hashlib import blake2b
from typing import Final

from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import condition, require_safe
from redis import RedisError

from hazardmap.api.dialects import wzdx
from hazardmap.api.dialects.told import Zone
from hazardmap.api.grammar import BBOX, SIMULATED
from hazardmap.api.parameters import read
from hazardmap.api.problems import Invalid, document
from hazardmap.core.bbox import Bbox
from hazardmap.core.georeference import Fault
from hazardmap.hazards.zone_selectors import zones_page
from hazardmap.platform.limited import limited
from hazardmap.platform.problems import MEDIA_TYPE

FEEDS_PER_MINUTE: Final = 60
KEPT_S: Final = 30
MOST: Final = 5000
"""Zones that are written at once."""


@require_safe
@limited("feeds", FEEDS_PER_MINUTE)
def workzones(request: HttpRequest) -> HttpResponse:
    """The WZDx feed (docs/adr/0026-dialects.md), of a box or of everywhere. Public, under CC0."""
    try:
        values = read(request.GET, (BBOX, SIMULATED))
        feed = _feed(f"{request.scheme}://{request.get_host()}", **values)
    except Invalid as error:
        body = document(error, request)
        return JsonResponse(body, status=error.status_code, content_type=MEDIA_TYPE)
    tag = f'"{blake2b(feed, digest_size=16).hexdigest()}"'

    @condition(etag_func=lambda _: tag)
    def answered(_: HttpRequest) -> HttpResponse:
        return HttpResponse(feed, content_type="application/geo+json")

    response = answered(request)
    response.headers["Cache-Control"] = f"public, max-age={KEPT_S}"
    response.headers["Link"] = f'<{wzdx.CC0}>; rel="license"'
    return response


def _feed(site: str, *, bbox: Bbox | None, simulated: bool) -> bytes:
    """Of everywhere as it was at most KEPT_S ago: however many ask, it is written no more often.

    Boxes are not kept: there are as many as anybody likes to think of. Raises Invalid.
    """
    if bbox is not None:
        return _written(site, bbox, simulated=simulated)
    key = f"wzdx:{simulated}:{site}"
    try:
        body: bytes | None = cache.get(key)
        return body or _kept(key, site, simulated=simulated)
    except RedisError:
        return _written(site, None, simulated=simulated)


@transaction.atomic
def _kept(key: str, site: str, *, simulated: bool) -> bytes:
    """By one process at a time; whoever has waited finds it written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
    body: bytes | None = cache.get(key)
    if body is None:
        body = _written(site, None, simulated=simulated)
        cache.set(key, body, KEPT_S)
    return body


def _written(site: str, bbox: Bbox | None, *, simulated: bool) -> bytes:
    now = timezone.now()
    found = zones_page(bbox=bbox, ended_since=now - wzdx.KEPT, limit=MOST + 1)
    if len(found) > MOST:
        raise Invalid([Fault("bbox", f"holds more than {MOST} work zones; choose a smaller one")])
    zones = [Zone(one.zone, one.updated_at) for one in found if simulated or not one.zone.simulated]
    name = f"hazardmap at {site.partition('://')[2]}"
    source = f"{site}{reverse('wzdx')}"
    return json.dumps(wzdx.feed(zones, publisher=name, source=source, now=now)).encode()
