"""Feeds that anybody may read, in the dialects of others."""

import json
from datetime import datetime
from hashlib import blake2b
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import condition, require_safe

from hazardmap.api.dialects import wzdx
from hazardmap.api.dialects.told import Zone
from hazardmap.api.grammar import BBOX, SIMULATED
from hazardmap.api.parameters import read
from hazardmap.api.problems import Invalid, InvalidParameter, document
from hazardmap.core.answers.public import public_zone
from hazardmap.core.full_times import ten_minutes_of
from hazardmap.core.geometry.bbox import Bbox
from hazardmap.core.seeing.georeference import Fault
from hazardmap.hazards.zone_selectors import ZonesWanted, zones_page, zones_surest
from hazardmap.platform.kept import kept
from hazardmap.platform.limited import limited
from hazardmap.platform.problems import MEDIA_TYPE

FEEDS_PER_MINUTE: Final = 60
KEPT_S: Final = 30
MOST: Final = 5000
"""Zones that are written at once."""
PAGE: Final = 1000
_REFUSED: Final = b"too many"
_TAG_BYTES: Final = 16
"""Before a feed that is kept: the same as long as nothing but time has gone by."""


@require_safe
@limited("feeds", FEEDS_PER_MINUTE)
def workzones(request: HttpRequest) -> HttpResponse:
    """The WZDx feed (docs/adr/0026-dialects.md), of a box or of everywhere. Public, under CC0."""
    try:
        values = read(request.GET, (BBOX, SIMULATED))
        tagged = _feed(**values)
    except Invalid as error:
        body = document(error, request)
        return JsonResponse(body, status=error.status_code, content_type=MEDIA_TYPE)
    tag, feed = tagged[:_TAG_BYTES].hex(), tagged[_TAG_BYTES:]

    @condition(etag_func=lambda _: f'W/"{tag}"')
    def answered(_: HttpRequest) -> HttpResponse:
        return HttpResponse(feed, content_type="application/geo+json")

    response = answered(request)
    response.headers["Cache-Control"] = f"public, max-age={KEPT_S}"
    response.headers["Link"] = f'<{wzdx.CC0}>; rel="license"'
    return response


def _feed(*, bbox: Bbox | None, simulated: bool) -> bytes:
    """Of everywhere as it was at most KEPT_S ago: however many ask, it is written no more often.

    Boxes are not kept: there are as many as anybody likes to think of. Raises Invalid.
    """
    if bbox is not None:
        return _written(bbox, simulated=simulated)

    def body() -> bytes:
        try:
            return _written(None, simulated=simulated)
        except Invalid:
            return _REFUSED

    found = kept(f"wzdx-tagged:{simulated}", body, keep_s=KEPT_S)
    if found == _REFUSED:
        raise _too_many()
    return found


def _zones(bbox: Bbox | None, *, simulated: bool, now: datetime) -> list[Zone]:
    """Those that the feed tells of. Raises Invalid."""
    told: list[Zone] = []
    wanted = ZonesWanted(ended_since=now - wzdx.KEPT, simulated=None if simulated else False)
    after = None
    while page := zones_page(bbox, wanted, after=after, limit=PAGE):
        after = page[-1].zone.id
        surest = zones_surest([one.zone.id for one in page if one.zone.ended_at is not None])
        told += [
            Zone(public_zone(one.zone), ten_minutes_of(one.updated_at))
            for one in page
            if wzdx.belongs(one.zone, now, surest.get(one.zone.id, one.zone.p))
        ]
        if len(told) > MOST:
            raise _too_many()
    return told


def _too_many() -> Invalid:
    rule = f"holds more than {MOST} work zones; choose a smaller one"
    return InvalidParameter([Fault("bbox", rule)])


def _written(bbox: Bbox | None, *, simulated: bool) -> bytes:
    """Behind its tag."""
    now = timezone.now()
    zones = _zones(bbox, simulated=simulated, now=now)
    source = f"{settings.SITE}{reverse('wzdx')}"
    tag = blake2b(repr(zones).encode(), digest_size=_TAG_BYTES).digest()
    feed = wzdx.feed(zones, publisher=publisher(), source=source, now=now)
    return tag + json.dumps(feed).encode()


def publisher() -> str:
    """The name of this map in feeds: that of the site, whatever host somebody has asked."""
    return f"hazardmap at {settings.SITE.partition('://')[2]}"
