"""Hazards as GeoJSON (RFC 7946)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request

from hazardmap.core.decay import probability_at
from hazardmap.core.hazard import Hazard, State
from hazardmap.core.kinds import KINDS


class Point(serializers.Serializer[Any]):
    type = serializers.ChoiceField(["Point"])
    coordinates = serializers.ListField(
        child=serializers.FloatField(), min_length=2, max_length=2, help_text="lon, lat"
    )


class HazardProperties(serializers.Serializer[Hazard]):
    kind = serializers.ChoiceField(sorted(KINDS))
    group = serializers.ChoiceField(["construction", "obstacle", "wildlife"])
    state = serializers.ChoiceField([state.value for state in State])
    probability = serializers.FloatField(help_text="that it is there at as_of, 0..1")
    p = serializers.FloatField(help_text="probability at t; fades by half every half_life_s")
    t = serializers.DateTimeField()
    half_life_s = serializers.FloatField()
    radius_m = serializers.FloatField(help_text="95 % radius of the position")
    severity = serializers.IntegerField(min_value=1, max_value=3)
    first_seen = serializers.DateTimeField()
    last_seen = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    passes = serializers.IntegerField()
    witnesses = serializers.IntegerField()
    published = serializers.BooleanField()
    confirmed = serializers.BooleanField(help_text="by a moderator")
    simulated = serializers.BooleanField(help_text="rests on rendered or restaged frames")


class HazardFeature(serializers.Serializer[Any]):
    type = serializers.ChoiceField(["Feature"])
    id = serializers.UUIDField()
    geometry = Point()
    properties = HazardProperties()


class Link(serializers.Serializer[Any]):
    rel = serializers.ChoiceField(["self", "next"])
    href = serializers.CharField()


class HazardCollection(serializers.Serializer[Any]):
    type = serializers.ChoiceField(["FeatureCollection"])
    as_of = serializers.DateTimeField()
    features = HazardFeature(many=True)
    links = Link(many=True)


def feature(hazard: Hazard, now: datetime) -> dict[str, Any]:
    """A hazard in the shape that `HazardFeature` describes."""
    names = set(HazardProperties().fields) - {"group", "probability", "t"}
    properties: Mapping[str, Any] = {name: getattr(hazard, name) for name in names}
    return {
        "type": "Feature",
        "id": hazard.id,
        "geometry": {"type": "Point", "coordinates": [hazard.lon, hazard.lat]},
        "properties": {
            **properties,
            "group": KINDS[hazard.kind].group.value,
            "state": hazard.state.value,
            "probability": probability_at(hazard.p, hazard.t_ref, hazard.half_life_s, now),
            "t": hazard.t_ref,
        },
    }


def links_of(request: Request, last: UUID | None) -> list[dict[str, str]]:
    """`self`, and `next` where more hazards follow after the id `last`."""
    links = [{"rel": "self", "href": request.build_absolute_uri()}]
    if last is not None:
        query = request.query_params.copy()
        query["after"] = str(last)
        href = request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
        links.append({"rel": "next", "href": href})
    return links
