"""Feeds for buyers in the dialects of others: all that is sure in a box, for whoever polls it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from hazardmap.api.authentication import BuyerKeyOrPassword, buyer_of
from hazardmap.api.buyers import BuyerView, Goods, goods_of, sold
from hazardmap.api.dialects import cifs, datex2
from hazardmap.api.dialects.told import Told, Version, Zone, told
from hazardmap.api.feeds import publisher
from hazardmap.api.geojson import cursor_as_header, times_as_headers
from hazardmap.api.grammar import BBOX, SIMULATED
from hazardmap.api.operations import takes
from hazardmap.api.parameters import Parameter, number
from hazardmap.api.problems import InvalidParameter
from hazardmap.api.v1.workzones import zone_goods
from hazardmap.core.answers.wanted import Wanted
from hazardmap.core.derived.workzone import is_device
from hazardmap.core.fusion.hazard import Hazard
from hazardmap.core.seeing.georeference import Fault
from hazardmap.hazards import change_feed, search
from hazardmap.hazards.change_feed import Newest
from hazardmap.hazards.zone_selectors import ZoneState, ZonesWanted, zones_page, zones_with

Versions = Mapping[UUID, Version]
MOST: Final = 5000
"""Of hazards, and of zones: a feed has no pages."""
SURE: Final = 0.9
PARAMETERS: Final = (
    replace(BBOX, required=True),
    Parameter(
        "min_probability",
        number(0.5, 1),
        f"that it is there now, 0.5..1; default {SURE}: these formats can hardly say it",
        float,
        SURE,
    ),
    SIMULATED,
)


class DialectFeed(BuyerView, ABC):
    """Everything at once. A unit is a work zone, or a hazard that belongs to none.

    Asking again with `If-None-Match` or `If-Modified-Since` is free until something has changed.
    """

    authentication_classes = (BuyerKeyOrPassword,)
    quota = 60
    subject = ""
    media_type = ""

    def bucket(self, request: Request) -> str:
        return f"feed:{buyer_of(request).key_id}"

    def versions(self, things: Told, newest: Newest) -> Versions:
        """Of its hazards, where the dialect tells them. newest: the latest change before `things`
        were read."""
        return {}

    @abstractmethod
    def written(self, things: Told, versions: Versions, now: datetime) -> bytes:
        """The document."""

    @takes(*PARAMETERS)
    def get(self, request: Request) -> Response:
        values = self.values
        now, newest = timezone.now(), change_feed.newest_change()
        hazards = _hazards(values, now)
        zones = _zones(values, now, hazards)
        things = told([Zone(one.zone, one.updated_at) for one in zones], hazards)
        versions = self.versions(things, newest or Newest(0, now))
        goods = _together(zone_goods(zones), goods_of(things.hazards), versions)
        response = sold(
            request,
            goods,
            self.subject,
            lambda: self.written(things, versions, now),
            media_type=self.media_type,
            dated=True,
        )
        headers = times_as_headers(now, newest and newest.at) | cursor_as_header(newest)
        for name, text in headers.items():
            response.headers[name] = text
        return response


@extend_schema(exclude=True)
class Cifs(DialectFeed):
    subject = "cifs"
    media_type = cifs.MEDIA_TYPE

    def written(self, things: Told, versions: Versions, now: datetime) -> bytes:
        return cifs.feed(things)


@extend_schema(exclude=True)
class Datex2(DialectFeed):
    subject = "datex2"
    media_type = datex2.MEDIA_TYPE

    def versions(self, things: Told, newest: Newest) -> Versions:
        """Nothing after `newest` counts: what changed while it was read gets its number next time,
        where a number that is ahead of what is told would hide the change for ever."""
        ids = [hazard.id for hazard in things.hazards]
        known = change_feed.newest_changes(ids, until=newest.cursor)
        return {id_: Version(*known.get(id_, newest)) for id_ in ids}

    def written(self, things: Told, versions: Versions, now: datetime) -> bytes:
        country = settings.COUNTRY
        return datex2.feed(things, versions, country=country, publisher=publisher(), now=now)


def _zones(values: dict[str, Any], now: datetime, hazards: Sequence[Hazard]) -> list[ZoneState]:
    """Those that reach into the box, or have one of these hazards beside their line there: else
    this box would tell of the device, and the next one of its zone."""
    wanted = ZonesWanted(
        at=now, min_probability=values["min_probability"], simulated=_simulated(values)
    )
    found = zones_page(values["bbox"], wanted, limit=MOST + 1)
    inside = {id_ for one in found for id_ in one.zone.hazard_ids}
    if beside := [one.id for one in hazards if is_device(one) and one.id not in inside]:
        found += zones_with(beside, wanted)
    _refuse_too_many(len(found), "work zones")
    return found


def _hazards(values: dict[str, Any], now: datetime) -> list[Hazard]:
    wanted = Wanted(at=now, min_probability=values["min_probability"], simulated=_simulated(values))
    found = search.page(values["bbox"], wanted, after=None, limit=MOST + 1)
    _refuse_too_many(len(found), "hazards")
    return found


def _simulated(values: dict[str, Any]) -> bool | None:
    """As in core.answers.wanted."""
    return None if values["simulated"] else False


def _refuse_too_many(count: int, what: str) -> None:
    if count > MOST:
        raise InvalidParameter(
            [Fault("bbox", f"holds more than {MOST} {what}; choose a smaller one")]
        )


def _together(zones: Goods, hazards: Goods, versions: Versions) -> Goods:
    """A number that is told next time makes another answer: whoever is told by 304 that nothing has
    changed would never get it."""
    numbers = repr([version.number for version in versions.values()]).encode()
    state = zones.state + hazards.state + numbers
    return Goods(zones.units + hazards.units, zones.hazards + hazards.hazards, state)
