"""Hazards on somebody's way: along a route, or ahead of a moving vehicle."""

from typing import Any, Final
from uuid import UUID

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from hazardmap.api.body import GEOMETRY, json_of
from hazardmap.api.buyers import (
    ESTIMATE,
    EXPLAIN,
    BuyerView,
    estimate,
    links_of,
    metered,
)
from hazardmap.api.geojson import MEDIA_TYPE, AheadCollection, RouteCollection, collection, on_way
from hazardmap.api.grammar import FILTERS, LAT, LIMIT, LON, wanted_of
from hazardmap.api.operations import operation
from hazardmap.api.parameters import Parameter, number
from hazardmap.api.problems import Invalid, InvalidParameter
from hazardmap.core.answers.feature import feature
from hazardmap.core.geometry.ahead import MAX_REACH_M, Ahead
from hazardmap.core.geometry.corridor import USUAL_M
from hazardmap.core.geometry.route import (
    MAX_LENGTH_M,
    MAX_POSITIONS,
    Route,
    WindsTooMuch,
    read_route,
)
from hazardmap.core.seeing.georeference import Fault
from hazardmap.core.selling.usage import Meter
from hazardmap.hazards import change_feed, way_search
from hazardmap.hazards.way_search import Mark

MIN_REACH_M = 100.0


def _mark(text: str) -> Mark:
    along, _, id_ = text.partition("_")
    try:
        return Mark(number(0.0, MAX_LENGTH_M)(along), UUID(id_))
    except ValueError:
        raise ValueError("must come from the link to the next page") from None


ON_ROUTE = (
    Parameter("corridor_m", number(1, 500), "to each side of the route", float, USUAL_M),
    *FILTERS,
    LIMIT,
    EXPLAIN,
    Parameter("after", _mark, "where the page before ended; it is in its link `next`"),
)
AHEAD = (
    *(Parameter(one.name, one.read, one.says, one.type, required=True) for one in (LON, LAT)),
    Parameter(
        "heading_deg", number(0, 360), "clockwise from north, 0 to 360", float, required=True
    ),
    Parameter("speed_mps", number(0, 100), "metres a second, 0 to 100", float, required=True),
    Parameter("horizon_s", number(1, 600), "how far to look ahead; default 60", float, 60.0),
    Parameter("corridor_m", number(1, 500), "to each side at the vehicle; default 50", float, 50.0),
    Parameter("spread_deg", number(0, 60), "by which each side opens; default 15", float, 15.0),
    *FILTERS,
    LIMIT,
    EXPLAIN,
)


class RouteLine(serializers.Serializer[Any]):
    """A GeoJSON LineString, a Feature with one or a FeatureCollection of that; or a polyline."""

    type = serializers.ChoiceField(["LineString"], required=False)
    coordinates = serializers.ListField(
        child=serializers.ListField(),
        required=False,
        help_text=f"at most {MAX_POSITIONS} positions and {MAX_LENGTH_M / 1000:.0f} km",
    )
    polyline = serializers.CharField(required=False, help_text="Google's algorithm, lat first")
    precision = serializers.IntegerField(
        required=False, min_value=5, max_value=6, help_text="of the polyline; default 5"
    )


ROUTE_QUERY: Final = {Meter.ROUTE: 1}
"""Each answer about a way is one, whatever lies on it."""


class HazardsAlongRoute(BuyerView):
    parser_classes = GEOMETRY

    @operation(
        "listHazardsAlongRoute",
        ON_ROUTE,
        request=RouteLine,
        responses={(200, MEDIA_TYPE): RouteCollection, **ESTIMATE},
    )
    def post(self, request: Request) -> Response:
        """The live hazards along a route, in the order in which one meets them.

        Each page costs a unit `route` beside its hazards, an empty one too.

        A page looks at 100 km of the route at most, so it may be short or even empty and still
        have a `next`. Where the route passes a hazard twice, the nearer place counts.
        """
        values = self.values
        now = timezone.now()
        way = (_route(request), values["corridor_m"], wanted_of(values, now))
        changed_at = change_feed.changed_at()
        try:
            if values["explain"]:
                units, pages = way_search.along_count(
                    *way, after=values["after"], limit=values["limit"]
                )
                return estimate(request, units, now=now, beside={Meter.ROUTE: pages})
            page = way_search.along(*way, after=values["after"], limit=values["limit"])
        except WindsTooMuch as error:
            raise Invalid([Fault("", str(error))]) from error
        after = None if page.after is None else f"{page.after.along_m:.3f}_{page.after.id}"
        body = collection(
            (feature(found.hazard, now, **on_way(found)) for found in page.found),
            as_of=now,
            changed_at=changed_at,
            links=links_of(request, after),
        )
        body["length_m"] = round(way[0].length_m, 3)
        hazards = [found.hazard for found in page.found]
        return metered(request, hazards, "along-route", body, beside=ROUTE_QUERY)


class HazardsAhead(BuyerView):
    @operation(
        "listHazardsAhead", AHEAD, responses={(200, MEDIA_TYPE): AheadCollection, **ESTIMATE}
    )
    def get(self, request: Request) -> Response:
        """The live hazards ahead of a moving vehicle, nearest first.

        Each answer costs a unit `route` beside its hazards, an empty one too.

        Looks speed_mps · horizon_s ahead (at least 100 m, at most 20 km), in a wedge that opens
        as roads may bend: heading_deg ± spread_deg, corridor_m to each side at the vehicle.
        """
        values = self.values
        speed_mps = values["speed_mps"]
        reach_m = max(MIN_REACH_M, speed_mps * values["horizon_s"])
        if reach_m > MAX_REACH_M:
            rule = f"times speed_mps is {reach_m:.0f} m; at most {MAX_REACH_M:.0f} m are looked at"
            raise InvalidParameter([Fault("horizon_s", rule)])
        now, changed_at = timezone.now(), change_feed.changed_at()
        shape = ("lon", "lat", "heading_deg", "corridor_m", "spread_deg")
        view = Ahead(reach_m=reach_m, **{name: values[name] for name in shape})
        ways, matched = way_search.ahead(view, wanted_of(values, now), limit=values["limit"])
        if values["explain"]:
            return estimate(request, len(ways), now=now, beside=ROUTE_QUERY)
        features = [
            feature(
                way.hazard,
                now,
                **on_way(way),
                seconds_away=round(way.distance_m / speed_mps, 1) if speed_mps else None,
            )
            for way in ways
        ]
        links = links_of(request, None)
        body = collection(features, as_of=now, changed_at=changed_at, links=links)
        body["matched"] = matched
        return metered(request, [way.hazard for way in ways], "ahead", body, beside=ROUTE_QUERY)


def _route(request: Request) -> Route:
    try:
        return read_route(json_of(request))
    except ValueError as error:
        raise Invalid([Fault("", str(error))]) from error
