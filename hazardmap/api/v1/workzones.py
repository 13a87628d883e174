"""Work zones: lines along the road where cones, signs and machines stand together."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from hazardmap.api.buyers import (
    ESTIMATE,
    EXPLAIN,
    BuyerView,
    Goods,
    estimate_counted,
    links_of,
    sold,
)
from hazardmap.api.geojson import MEDIA_TYPE, Answer, Link, collection, times
from hazardmap.api.grammar import AREA, LIMIT, MADE_UP, area_if_any, read_id
from hazardmap.api.operations import operation
from hazardmap.api.parameters import Parameter, moment, number
from hazardmap.core.answers.zone_feature import zone_feature
from hazardmap.hazards import change_feed
from hazardmap.hazards.zone_selectors import (
    ZoneState,
    ZonesWanted,
    zone_get,
    zones_count,
    zones_page,
)
from hazardmap.platform.there import there

ZONES: Final = (
    *AREA,
    Parameter("ended_since", moment, "also all that have ended at this time or later"),
    Parameter(
        "min_probability",
        number(0, 1),
        "that it is there now, 0..1, unless it has ended",
        float,
        0.0,
    ),
    MADE_UP,
    LIMIT,
    Parameter("after", read_id, "id of the last work zone of the page before"),
    EXPLAIN,
)
WHICH: Final = ("ended_since", "min_probability", "simulated")


class LineGeometry(serializers.Serializer[Any]):
    """In the direction of travel; cut in two where it crosses the antimeridian."""

    type = serializers.ChoiceField(["LineString", "MultiLineString"])
    coordinates = serializers.ListField(child=serializers.ListField())


class WorkZoneProperties(serializers.Serializer[Any]):
    probability = serializers.FloatField(help_text="that it is there at as_of, 0..1")
    p = serializers.FloatField(help_text="probability at t; fades by half every half_life_s")
    t = serializers.DateTimeField()
    half_life_s = serializers.FloatField()
    severity = serializers.IntegerField(
        min_value=1, max_value=3, help_text="of its gravest device, as of hazards"
    )
    kinds = serializers.DictField(
        child=serializers.IntegerField(), help_text="how many devices of each kind"
    )
    devices = serializers.ListField(
        child=serializers.UUIDField(), help_text="its hazards in order along the line"
    )
    length_m = serializers.FloatField()
    bearing_deg = serializers.FloatField(help_text="from its beginning to its end, 0..360")
    started_at = serializers.DateTimeField(help_text="when the first device was seen first")
    last_seen = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(help_text="by then it will have gone as likely as not")
    ends_earliest = serializers.DateTimeField(help_text="gone by then with a probability of 5 %")
    ends_latest = serializers.DateTimeField(help_text="gone by then with a probability of 95 %")
    ended_at = serializers.DateTimeField(allow_null=True)
    merged_into = serializers.UUIDField(allow_null=True, help_text="the zone that goes on for it")
    updated_at = serializers.DateTimeField(help_text="of the last change")
    simulated = serializers.BooleanField(help_text="rests on rendered or restaged frames")


class WorkZoneFeature(serializers.Serializer[Any]):
    type = serializers.ChoiceField(["Feature"])
    id = serializers.UUIDField()
    geometry = LineGeometry()
    properties = WorkZoneProperties()


class WorkZoneCollection(Answer):
    type = serializers.ChoiceField(["FeatureCollection"])
    features = WorkZoneFeature(many=True)
    links = Link(many=True)


class WorkZoneDetail(Answer, WorkZoneFeature):
    pass


class WorkZones(BuyerView):
    @operation(
        "listWorkZones", ZONES, responses={(200, MEDIA_TYPE): WorkZoneCollection, **ESTIMATE}
    )
    def get(self, request: Request) -> Response:
        """The work zones that reach into an area, or all of them, page by page in order of id.

        A unit is a work zone.
        """
        values = self.values
        now, changed_at, limit = timezone.now(), change_feed.changed_at(), values["limit"]
        area, after = area_if_any(values), values["after"]
        wanted = ZonesWanted(at=now, **{name: values[name] for name in WHICH})
        if values["explain"]:
            count = partial(zones_count, area, wanted, after=after)
            return estimate_counted(request, count, now=now)
        found = zones_page(area, wanted, after=after, limit=limit + 1)
        shown = found[:limit]
        body = collection(
            (zone_feature(one.zone, one.updated_at, now) for one in shown),
            as_of=now,
            changed_at=changed_at,
            links=links_of(request, str(shown[-1].zone.id) if len(found) > limit else None),
        )
        return sold(request, zone_goods(shown), "workzones", body)


class WorkZoneById(BuyerView):
    @operation("getWorkZone", responses={(200, MEDIA_TYPE): WorkZoneDetail})
    def get(self, request: Request, zone_id: UUID) -> Response:
        """One work zone, ended or not."""
        now, changed_at = timezone.now(), change_feed.changed_at()
        found = there(zone_get(zone_id))
        body = zone_feature(found.zone, found.updated_at, now) | times(now, changed_at)
        return sold(request, zone_goods([found]), "workzone", body)


def zone_goods(zones: Sequence[ZoneState]) -> Goods:
    """A unit each; the evidence is that of their devices."""
    devices = {id_: None for one in zones for id_ in one.zone.hazard_ids}
    state = "".join(f"{one.zone.id}{one.updated_at.timestamp()}" for one in zones)
    return Goods(len(zones), tuple(devices), state.encode())
