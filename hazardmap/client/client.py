"""The client: one method for each question that a buyer can ask."""

import random
import time
from collections.abc import Iterator, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Final, Self, Unpack, cast
from uuid import uuid4

import httpx

from .failure import ApiError
from .shapes import Bbox, Change, CoveredCell, Filters, Geometry, Hazard, Trail, WorkZone

_BUSY: Final = frozenset({429, 502, 503, 504})
_UNDER_WAY: Final = 409
_LONGEST_PAUSE_S: Final = 60.0
JSON = dict[str, Any]


class Client:
    """url: of the site. key: of the buyer. tries: how often a request is sent, at most.

    A request is sent again where the server is busy or away, after a pause that doubles, and never
    earlier than `Retry-After` says. Everything that writes carries an `Idempotency-Key`, so that it
    happens once. Raises ApiError where the server refuses, httpx.TransportError where it is away.
    """

    def __init__(
        self,
        url: str,
        *,
        key: str,
        timeout_s: float = 30.0,
        tries: int = 5,
        first_pause_s: float = 0.5,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._tries, self._first_pause_s = tries, first_pause_s
        self._http = httpx.Client(
            base_url=f"{url.rstrip('/')}/api/v1/",
            headers={"Authorization": f"Bearer {key}"},
            timeout=timeout_s,
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def hazards(
        self,
        *,
        bbox: Bbox | None = None,
        circle: tuple[float, float, float] | None = None,
        cell: str | None = None,
        at: str | None = None,
        **filters: Unpack[Filters],
    ) -> Iterator[Hazard]:
        """In a box, a circle (lon, lat, radius in metres) or a cell of H3; `at` an earlier time."""
        lon, lat, radius_m = circle or (None, None, None)
        area = {"bbox": bbox, "lon": lon, "lat": lat, "radius_m": radius_m, "cell": cell, "at": at}
        return cast(Iterator[Hazard], self._features("GET", "hazards", {**area, **filters}))

    def hazards_in_region(
        self, region: Geometry, *, at: str | None = None, **filters: Unpack[Filters]
    ) -> Iterator[Hazard]:
        """In a Polygon or MultiPolygon."""
        query = {"at": at, **filters}
        found = self._features("POST", "hazards/in-region", query, region)
        return cast(Iterator[Hazard], found)

    def hazards_along_route(
        self, route: Geometry, *, corridor_m: float = 25.0, **filters: Unpack[Filters]
    ) -> Iterator[Hazard]:
        """Along a LineString, in the order in which one meets them."""
        query = {"corridor_m": corridor_m, **filters}
        found = self._features("POST", "hazards/along-route", query, route)
        return cast(Iterator[Hazard], found)

    def hazards_ahead(
        self,
        lon: float,
        lat: float,
        *,
        heading_deg: float,
        speed_mps: float,
        horizon_s: float = 60.0,
        corridor_m: float = 50.0,
        spread_deg: float = 15.0,
        **filters: Unpack[Filters],
    ) -> list[Hazard]:
        """Ahead of a moving vehicle, nearest first."""
        query = {
            "lon": lon,
            "lat": lat,
            "heading_deg": heading_deg,
            "speed_mps": speed_mps,
            "horizon_s": horizon_s,
            "corridor_m": corridor_m,
            "spread_deg": spread_deg,
            **filters,
        }
        return cast(list[Hazard], self._json("GET", "hazards/ahead", query)["features"])

    def hazard(self, hazard_id: str) -> Hazard:
        return cast(Hazard, self._json("GET", f"hazards/{hazard_id}"))

    def evidence(self, hazard_id: str) -> Iterator[Trail]:
        """Every pass for and against a hazard, page by page."""
        return cast(Iterator[Trail], self._pages("GET", f"hazards/{hazard_id}/evidence", {}))

    def workzones(
        self,
        *,
        bbox: Bbox | None = None,
        ended_since: str | None = None,
        min_probability: float = 0.0,
        simulated: bool | None = None,
    ) -> Iterator[WorkZone]:
        query = {
            "bbox": bbox,
            "ended_since": ended_since,
            "min_probability": min_probability,
            "simulated": simulated,
        }
        return cast(Iterator[WorkZone], self._features("GET", "workzones", query))

    def workzone(self, zone_id: str) -> WorkZone:
        return cast(WorkZone, self._json("GET", f"workzones/{zone_id}"))

    def coverage(
        self, *, bbox: Bbox | None = None, cell: str | None = None, since: str | None = None
    ) -> Iterator[CoveredCell]:
        """Where somebody has looked. Free."""
        query = {"bbox": bbox, "cell": cell, "since": since}
        return cast(Iterator[CoveredCell], self._features("GET", "coverage", query))

    def changes(self, *, since: int = 0, hazard_id: str | None = None) -> Iterator[Change]:
        """All that is known by now; go on later with the cursor of the last one."""
        path = "changes" if hazard_id is None else f"hazards/{hazard_id}/changes"
        for page in self._pages("GET", path, {"since": since}):
            yield from cast(list[Change], page["changes"])

    def export(
        self,
        *,
        accept: str = "application/geo+json",
        bbox: Bbox | None = None,
        cell: str | None = None,
        **filters: Unpack[Filters],
    ) -> Iterator[bytes]:
        """Everything in an area as a file: GeoJSON, NDJSON, CSV or GeoParquet, by media type."""
        query = _query({"bbox": bbox, "cell": cell, **filters})
        url, headers = "hazards/export", {"Accept": accept}
        with self._http.stream("GET", url, params=query, headers=headers) as answer:
            if answer.is_error:
                answer.read()
                raise ApiError(answer)
            yield from answer.iter_bytes()

    def add_endpoint(self, url: str) -> JSON:
        """Where to be told of changes. Its `secret` is in this answer and nowhere else."""
        return self._json("POST", "webhooks", body={"url": url}, writes=True)

    def add_watch_area(self, endpoint_id: str, name: str, area: Geometry, **more: Any) -> JSON:
        """Have an endpoint told of changes in an area."""
        body = {"endpoint_id": endpoint_id, "name": name, "area": area, **more}
        return self._json("POST", "watch-areas", body=body, writes=True)

    def cost(self, path: str, body: Mapping[str, Any] | None = None, **query: Any) -> int:
        """How many hazards a question would cost, at least; for nothing. Along a route and ahead,
        each page is a unit `route` beside them."""
        answer = self._json(
            "GET" if body is None else "POST", path, {**query, "explain": "cost"}, body
        )
        return int(answer["units"])

    def _features(
        self, method: str, path: str, query: Mapping[str, Any], body: Any = None
    ) -> Iterator[JSON]:
        for page in self._pages(method, path, query, body):
            yield from page["features"]

    def _pages(
        self, method: str, path: str, query: Mapping[str, Any], body: Any = None
    ) -> Iterator[JSON]:
        page = self._json(method, path, query, body)
        while True:
            yield page
            onward = [link["href"] for link in page["links"] if link["rel"] == "next"]
            if not onward:
                return
            # A key goes nowhere but to the site that it is for, whatever a link says.
            there = self._http.base_url.copy_with(raw_path=httpx.URL(onward[0]).raw_path)
            page = self._json(method, there, None, body)

    def _json(
        self,
        method: str,
        path: str | httpx.URL,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        *,
        writes: bool = False,
    ) -> JSON:
        headers = {"Idempotency-Key": f'"{uuid4()}"'} if writes else {}
        params = None if query is None else _query(query)  # a link has its query already
        request = self._http.build_request(method, path, params=params, json=body, headers=headers)
        answer = self._patiently(request)
        if answer.is_error:
            raise ApiError(answer)
        return cast(JSON, answer.json())

    def _patiently(self, request: httpx.Request) -> httpx.Response:
        pause_s = self._first_pause_s
        for left in reversed(range(self._tries)):
            try:
                answer = self._http.send(request)
            except httpx.TransportError:
                if not left:
                    raise
                asked_s = 0.0
            else:
                under_way = answer.status_code == _UNDER_WAY and request.method == "POST"
                if not left or not (under_way or answer.status_code in _BUSY):
                    return answer
                asked_s = _retry_after_s(answer)
            # Many who were refused at once do not come back at once.
            time.sleep(max(asked_s, pause_s * random.uniform(0.5, 1.0)))  # noqa: S311 - as above
            pause_s = min(pause_s * 2.0, _LONGEST_PAUSE_S)
        raise AssertionError("tries is below 1")


def _retry_after_s(answer: httpx.Response) -> float:
    """Seconds, or a date, which may have gone by (RFC 9110, 10.2.3)."""
    text = answer.headers.get("Retry-After", "")
    if text.isascii() and text.isdecimal():
        return min(float(text), _LONGEST_PAUSE_S)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    left_s = until.replace(tzinfo=UTC).timestamp() - time.time()  # such a date is always GMT
    return min(max(left_s, 0.0), _LONGEST_PAUSE_S)


def _query(values: Mapping[str, Any]) -> dict[str, str]:
    """As the server reads it: true and false, lists with commas; None is left out."""
    return {name: _text(value) for name, value in values.items() if value is not None}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return value
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
