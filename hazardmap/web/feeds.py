"""The hazards of an area for feed readers (RSS with GeoRSS) and for programs (GeoJSON)."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from django.contrib.gis.feeds import GeoRSSFeed
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.http import quote_etag
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from hazardmap.core.answers.feature import feature, written
from hazardmap.core.answers.public import newest_first
from hazardmap.core.answers.wanted import Wanted
from hazardmap.core.fusion.hazard import Hazard
from hazardmap.core.geometry.area import Cell
from hazardmap.core.operation.licence import DATA_LICENCE, DATA_LICENCE_URL
from hazardmap.hazards import search
from hazardmap.platform.limited import limited
from hazardmap.web.area_page import place_of, read_area
from hazardmap.web.words import kind_label, severity_label

ENTRIES: Final = 200
FEEDS_PER_MINUTE: Final = 120
MAX_AGE_S: Final = 30
NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


class _Feed(GeoRSSFeed):
    """Django's says of a feed without entries that it has changed just now, each time."""

    def latest_post_date(self) -> datetime:
        newest: datetime = super().latest_post_date() if self.items else NEVER
        return newest


@require_safe
@limited("feeds", FEEDS_PER_MINUTE)
def rss(request: HttpRequest, area: str) -> HttpResponse:
    """Nothing in it depends on when it is read, so it changes only when the map does."""
    cell = read_area(area)
    page = request.build_absolute_uri(f"/area/{area}/")
    feed: Any = _Feed(
        title=_("Road hazards around %(place)s") % {"place": place_of(cell.index)},
        link=page,
        description=_("What drivers’ cameras saw on the road here lately."),
        language=get_language(),
        feed_url=request.build_absolute_uri(request.path),
        feed_copyright=f"{DATA_LICENCE} {DATA_LICENCE_URL}",
        ttl=5,
    )
    for hazard in _latest(cell)[0]:
        address = request.build_absolute_uri(_address(hazard.id))
        feed.add_item(
            title=kind_label(hazard.kind).capitalize(),
            link=address,
            unique_id=address,
            unique_id_is_permalink=True,
            description=_description(hazard),
            pubdate=hazard.first_seen,
            updateddate=hazard.last_seen,
            categories=[hazard.kind],
            geometry=(hazard.lon, hazard.lat),
        )
    return _kept(request, feed.writeString("utf-8").encode(), feed.content_type)


@require_safe
@limited("feeds", FEEDS_PER_MINUTE)
def geojson(request: HttpRequest, area: str) -> HttpResponse:
    """RFC 7946; a hazard is there with probability p · 2^(−(now − t) / half_life_s).

    Whoever reads it as a map of the area is told by `more` that it is not all of it.
    """
    hazards, more = _latest(read_area(area))
    body = {
        "type": "FeatureCollection",
        "licence": DATA_LICENCE_URL,
        "more": more,
        "features": [_feature(request, hazard) for hazard in hazards],
    }
    return _kept(request, written(body), "application/geo+json")


def _latest(cell: Cell) -> tuple[list[Hazard], bool]:
    """Those that were seen last, ENTRIES at most, and whether there are more."""
    wanted = Wanted(at=timezone.now(), published=False)
    found = search.newest(cell, wanted, limit=ENTRIES + 1)
    return newest_first(found[:ENTRIES]), len(found) > ENTRIES


def _address(hazard_id: UUID) -> str:
    return f"/hazards/{hazard_id}/"


def _description(hazard: Hazard) -> str:
    sure = _("confirmed by several drivers") if hazard.published else _("unconfirmed")
    words = [severity_label(hazard.severity), sure]
    if hazard.simulated:
        words.append(_("simulated"))
    return ", ".join(words)


def _feature(request: HttpRequest, hazard: Hazard) -> dict[str, Any]:
    """As in answers, but without `probability`, which is another one at each reading."""
    url = request.build_absolute_uri(_address(hazard.id))
    told = feature(hazard, hazard.t_ref, label=kind_label(hazard.kind), url=url)
    del told["properties"]["probability"]
    return told


def _kept(request: HttpRequest, content: bytes, content_type: str) -> HttpResponse:
    """With an ETag, answering 304 where the reader has the same already. Its words are those of a
    language, which a cookie may have chosen (web.language)."""
    answer = HttpResponse(content, content_type=content_type)
    etag = quote_etag(sha256(content).hexdigest()[:32])
    answer.headers["ETag"] = etag
    answer.headers["Access-Control-Allow-Origin"] = "*"
    patch_cache_control(answer, public=True, max_age=MAX_AGE_S)
    patch_vary_headers(answer, ("Cookie",))
    return get_conditional_response(request, etag=etag, response=answer) or answer
