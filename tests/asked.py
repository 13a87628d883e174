"""What buyers ask about hazards, what is answered, and what it costs."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.test import Client

from hazardmap.core.geometry.geodesy import moved
from hazardmap.core.selling.usage import Meter
from hazardmap.metering.models import UsageEvent
from hazardmap.metering.services import usage_ship

WORLD = "-180,-90,180,90"
START = (24.94, 60.17)


def ask(client: Client, token: str, path: str = "hazards", method: str = "GET", **params: Any):
    headers = {"Authorization": f"Bearer {token}"}
    return client.generic(method, f"/api/v1/{path}", query_params=params, headers=headers)


def post(
    client: Client,
    token: str,
    path: str,
    body: Any,
    *,
    media_type: str = "application/json",
    **params: Any,
):
    """`body` is sent as it is if it is bytes, else as JSON."""
    return client.post(
        f"/api/v1/hazards/{path}",
        body if isinstance(body, bytes) else json.dumps(body),
        content_type=media_type,
        query_params=params,
        headers={"Authorization": f"Bearer {token}"},
    )


def exported(client: Client, token: str, accept: str, **params: Any):
    headers = {"Authorization": f"Bearer {token}", "Accept": accept}
    return client.get("/api/v1/hazards/export", params, headers=headers)


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def on(along_m: float, right_m: float = 0.0, bearing_deg: float = 90.0) -> tuple[float, float]:
    """A place by its distance from START, and to the right of the way there."""
    lon, lat, arrival_deg = moved(*START, bearing_deg, along_m)
    return moved(lon, lat, arrival_deg + 90.0, right_m)[:2]


def line(*positions: Any) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": [list(position) for position in positions]}


EAST = line(START, on(2000), on(5000.0007))  # its length is no whole number of millimetres


def vehicle(place: tuple[float, float], heading_deg: float, **more: float) -> dict[str, float]:
    lon, lat = place
    moving = {"lon": lon, "lat": lat, "heading_deg": heading_deg, "speed_mps": 20.0}
    return moving | {"horizon_s": 100.0} | more


def ids(answer: Any) -> list[UUID]:
    assert answer.status_code == 200, answer.content
    return [UUID(feature["id"]) for feature in answer.json()["features"]]


def every_page(client: Client, token: str, answer: Any, body: Any = None) -> Iterator[Any]:
    """This answer and those that links to the next lead to. body: what POST asks of each."""
    method, content = ("GET", "") if body is None else ("POST", json.dumps(body))
    while True:
        yield answer
        links = {link["rel"]: link["href"] for link in answer.json()["links"]}
        if "next" not in links:
            return
        answer = client.generic(
            method,
            links["next"].removeprefix("http://testserver"),
            content,
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )


def billed(beside: Meter | None = None) -> list[int]:
    """What is on the buyers' accounts, in the order of the answers; of this meter, or of all but
    those that are billed beside others."""
    usage_ship()
    events = UsageEvent.objects.order_by("at", "id")
    if beside is None:
        events = events.exclude(meter__in=[Meter.ROUTE, Meter.IMAGE])
    else:
        events = events.filter(meter=beside)
    return list(events.values_list("quantity", flat=True))
