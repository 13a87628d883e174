"""Areas and routes whose changes a buyer is told by webhook."""

from typing import Any, Final, cast
from uuid import UUID

from django.urls import reverse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from hazardmap.api.buyers import WebhookView, whose
from hazardmap.api.forms import Number, Text, Truth, form_of
from hazardmap.api.idempotency import idempotent
from hazardmap.api.operations import operation
from hazardmap.api.problems import Invalid
from hazardmap.core.geometry.corridor import USUAL_M, Watched
from hazardmap.core.geometry.region import read_region
from hazardmap.core.geometry.route import read_line
from hazardmap.core.kinds import GROUPS, KINDS, NAMES, kinds_of
from hazardmap.core.seeing.georeference import Fault
from hazardmap.platform.there import there
from hazardmap.webhooks import selectors, services
from hazardmap.webhooks.values import WatchChange, WatchInfo, WebhookRefused

ONE: Final = "give area, or route and corridor_m: one of the two"


class WatchRequest(serializers.Serializer[Any]):
    endpoint_id = serializers.UUIDField(help_text="who is told")
    name = Text(max_length=100)
    area = serializers.JSONField(required=False, help_text="GeoJSON Polygon or MultiPolygon")
    route = serializers.JSONField(
        required=False,
        help_text="GeoJSON LineString of at most 500 km, or an encoded polyline",
    )
    corridor_m = Number(
        min_value=1, max_value=500, default=USUAL_M, help_text="to each side of the route"
    )
    kinds = serializers.ListField(
        child=serializers.ChoiceField(NAMES),
        required=False,
        allow_null=True,
        min_length=1,
        help_text=(
            f"kinds, or groups for their kinds ({', '.join(GROUPS)}); left out or null: all"
        ),
    )
    min_probability = Number(min_value=0, max_value=1, default=0.0)
    published = Truth(
        default=True, help_text="only what two witnesses saw, or a moderator confirmed"
    )
    simulated = Truth(
        default=False,
        allow_null=True,
        help_text="false: only what is real; true: only what rests on made-up frames; null: both",
    )


class WatchPatch(WatchRequest):
    """What is left out stays as it is."""

    endpoint_id = None  # type: ignore[assignment]  # no field: it stays where it is


class GivenRoute(serializers.Serializer[Any]):
    type = serializers.ChoiceField(["LineString"])
    coordinates = serializers.ListField(child=serializers.ListField(child=serializers.FloatField()))


class WatchArea(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    endpoint_id = serializers.UUIDField()
    name = serializers.CharField()
    area = serializers.JSONField(help_text="GeoJSON MultiPolygon; of a route its corridor")
    route = GivenRoute(allow_null=True, help_text="as it was given; null where an area was")
    corridor_m = serializers.FloatField(allow_null=True, help_text="to each side of the route")
    kinds = serializers.ListField(child=serializers.ChoiceField(sorted(KINDS)), allow_null=True)
    min_probability = serializers.FloatField()
    published = serializers.BooleanField()
    simulated = serializers.BooleanField(allow_null=True)
    created_at = serializers.DateTimeField()


class WatchList(serializers.Serializer[Any]):
    watch_areas = WatchArea(many=True)


class WatchAreas(WebhookView):
    @operation("listWatchAreas", responses=WatchList)
    def get(self, request: Request) -> Response:
        """What the endpoints of this key watch."""
        found = selectors.watch_areas_of(**whose(request))
        return Response({"watch_areas": WatchArea(found, many=True).data})

    @operation("addWatchArea", request=WatchRequest, responses={201: WatchArea})
    @idempotent
    def post(self, request: Request) -> Response:
        """Watch an area or a route from now on. What is there already is not told.

        An endpoint gets one message for each change, however many of its areas it concerns.
        """
        values = form_of(request, WatchRequest)
        watched = _watched(values)
        try:
            watch_id = services.watch_add(
                **whose(request),
                endpoint_id=values["endpoint_id"],
                name=values["name"],
                watched=watched,
                kinds=_kinds(values),
                min_probability=values["min_probability"],
                published=values["published"],
                simulated=values["simulated"],
            )
        except WebhookRefused as refused:
            raise Invalid([Fault(refused.field, refused.rule)]) from refused
        body = WatchArea(_found(request, watch_id)).data
        headers = {"Location": request.build_absolute_uri(reverse("watch-area", args=[watch_id]))}
        return Response(body, status=201, headers=headers)


class WatchAreaById(WebhookView):
    @operation("getWatchArea", responses=WatchArea)
    def get(self, request: Request, watch_id: UUID) -> Response:
        """One watch area."""
        return Response(WatchArea(_found(request, watch_id)).data)

    @operation("changeWatchArea", request=WatchPatch, responses=WatchArea)
    def patch(self, request: Request, watch_id: UUID) -> Response:
        """Watch otherwise from now on; what is left out stays as it is.

        What comes into sight or goes out of sight by this alone is not told.
        """
        values = form_of(request, WatchPatch, partial=True)
        changes = {name: values[name] for name in values.keys() - {"area", "route", "corridor_m"}}
        if values.keys() & {"area", "route", "corridor_m"}:
            changes["watched"] = _watched(_completed(values, _found(request, watch_id)))
        if "kinds" in values:
            changes["kinds"] = _kinds(values)
        change = cast(WatchChange, changes)
        there(services.watch_change(**whose(request), watch_id=watch_id, changes=change))
        return Response(WatchArea(_found(request, watch_id)).data)

    @operation("removeWatchArea", responses={204: None})
    def delete(self, request: Request, watch_id: UUID) -> Response:
        """Stop watching it."""
        there(services.watch_remove(**whose(request), watch_id=watch_id))
        return Response(status=204)


def _found(request: Request, watch_id: UUID) -> WatchInfo:
    return there(selectors.watch_area_get(**whose(request), watch_id=watch_id))


def _kinds(values: dict[str, Any]) -> frozenset[str] | None:
    given = values.get("kinds")
    return None if given is None else kinds_of(given)


def _completed(values: dict[str, Any], before: WatchInfo) -> dict[str, Any]:
    """Of a route that is watched, its line or its width may be left out."""
    if "area" in values or before.route is None:
        return values
    return {"route": before.route, "corridor_m": before.corridor_m} | values


def _watched(values: dict[str, Any]) -> Watched:
    """Raises Invalid."""
    given = [name for name in ("area", "route") if name in values]
    if len(given) != 1:
        raise Invalid([Fault(name, ONE) for name in given or ["area"]])
    try:
        if given == ["area"]:
            return Watched(read_region(values["area"]))
        return Watched.along(read_line(values["route"]), values.get("corridor_m", USUAL_M))
    except ValueError as error:
        raise Invalid([Fault(given[0], str(error))]) from error
