"""Hazards as GeoJSON (RFC 7946).

The serializers describe answers. They are made without them: a page of 500 hazards would spend
more time in serializers than in the database.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from rest_framework import serializers

from hazardmap.core.answers.feature import timestamp
from hazardmap.core.fusion.hazard import State
from hazardmap.core.geometry.route import Match, Side
from hazardmap.core.kinds import KINDS
from hazardmap.core.selling.usage import Meter
from hazardmap.hazards.change_feed import Newest
from hazardmap.hazards.way_search import OnWay

MEDIA_TYPE = "application/geo+json"


class Point(serializers.Serializer[Any]):
    type = serializers.ChoiceField(["Point"])
    coordinates = serializers.ListField(
        child=serializers.FloatField(), min_length=2, max_length=2, help_text="lon, lat"
    )


class HazardProperties(serializers.Serializer[Any]):
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


class OnWayProperties(HazardProperties):
    distance_m = serializers.FloatField(
        min_value=0, help_text="along the route, or as the crow flies to what lies ahead"
    )
    offset_m = serializers.FloatField(help_text="to the right of the way (> 0), to its left (< 0)")
    side = serializers.ChoiceField(
        [side.value for side in Side], help_text="`on` where radius_m reaches the way"
    )
    heading_match = serializers.ChoiceField(
        [match.value for match in Match],
        help_text="how those who saw it drove, against the way's direction there",
    )


class AheadProperties(OnWayProperties):
    seconds_away = serializers.FloatField(
        allow_null=True, help_text="at this speed, as the crow flies; null at a standstill"
    )


class HazardFeature(serializers.Serializer[Any]):
    type = serializers.ChoiceField(["Feature"])
    id = serializers.UUIDField()
    geometry = Point()
    properties = HazardProperties()


class OnRouteFeature(HazardFeature):
    properties = OnWayProperties()


class AheadFeature(HazardFeature):
    properties = AheadProperties()


class Link(serializers.Serializer[Any]):
    rel = serializers.ChoiceField(["self", "next"])
    href = serializers.CharField(help_text="asked with the same method and body")


class Cost(serializers.Serializer[Any]):
    """Amounts are before tax; null where the key has no plan or no cap."""

    meter = serializers.ChoiceField([Meter.HAZARD.value])
    units = serializers.IntegerField(min_value=0)
    amount = serializers.CharField(allow_null=True, help_text="what this answer adds to the month")
    currency = serializers.CharField(allow_null=True)
    spent = serializers.CharField(allow_null=True, help_text="in this month, this answer included")
    left = serializers.CharField(allow_null=True, help_text="of the lowest spending cap")
    units_left = serializers.IntegerField(allow_null=True, help_text="of the plan's quota")
    beside = serializers.DictField(
        child=serializers.IntegerField(min_value=1),
        help_text="units of other meters that are in the amount: route (a query), image",
    )


class Answer(serializers.Serializer[Any]):
    """What every answer says."""

    as_of = serializers.DateTimeField(help_text="when this was true")
    data_age_s = serializers.FloatField(
        allow_null=True,
        help_text="since the map last changed anywhere; null if it never has, and with `at`",
    )
    cost = Cost(help_text="of this answer")


class HazardCollection(Answer):
    type = serializers.ChoiceField(["FeatureCollection"])
    features = HazardFeature(many=True)
    links = Link(many=True, help_text="`next`, where more follows, even after an empty page")


class ExportCollection(serializers.Serializer[Any]):
    """What it costs is known when it has been sent."""

    type = serializers.ChoiceField(["FeatureCollection"])
    as_of = serializers.DateTimeField(help_text="when this was true")
    data_age_s = serializers.FloatField(
        allow_null=True,
        help_text="since the map last changed anywhere; null if it never has, and with `at`",
    )
    features = HazardFeature(many=True)


class RouteCollection(HazardCollection):
    length_m = serializers.FloatField(help_text="of the route")
    features = OnRouteFeature(many=True)


class AheadCollection(HazardCollection):
    matched = serializers.IntegerField(help_text="how many lie ahead; features has the nearest")
    features = AheadFeature(many=True)


def on_way(found: OnWay) -> dict[str, Any]:
    """What `OnWayProperties` adds."""
    return {
        "distance_m": round(found.distance_m, 3),
        "offset_m": round(found.offset_m, 2),
        "side": found.side.value,
        "heading_match": found.match.value,
    }


def collection(
    features: Iterable[dict[str, Any]],
    *,
    as_of: datetime,
    changed_at: datetime | None,
    links: list[dict[str, str]],
) -> dict[str, Any]:
    """In the shape that `HazardCollection` describes."""
    return {
        "type": "FeatureCollection",
        **times(as_of, changed_at),
        "features": list(features),
        "links": links,
    }


def age_s(changed_at: datetime | None, now: datetime) -> float | None:
    """Seconds since the map last changed."""
    return None if changed_at is None else max(0.0, (now - changed_at).total_seconds())


def times(as_of: datetime, changed_at: datetime | None) -> dict[str, Any]:
    """As of when an answer is true and how old its data are, as `Answer` describes it."""
    return {"as_of": timestamp(as_of), "data_age_s": age_s(changed_at, as_of)}


def times_as_headers(as_of: datetime, changed_at: datetime | None) -> dict[str, str]:
    """The same where an answer has no place for it."""
    age = age_s(changed_at, as_of)
    return {
        "X-As-Of": timestamp(as_of),
        **({} if age is None else {"X-Data-Age": f"{age:.3f}"}),
    }


def cursor_as_header(newest: Newest | None) -> dict[str, str]:
    """Where the feed of changes goes on from an answer that was read after `newest` was.

    A header, so that an answer is the same as long as its own hazards are (ETag): a 304 says how
    far it holds by now.
    """
    return {"X-Cursor": str(0 if newest is None else newest.cursor)}
