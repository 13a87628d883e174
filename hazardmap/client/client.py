"""The client: one method for each question that a buyer can ask."""

from collections.abc import Iterator, Mapping
from typing import Any, Unpack, cast

from .shapes import (
    Bbox,
    Change,
    ChangePage,
    Circle,
    CoveredCell,
    Estimate,
    Filters,
    Geometry,
    Hazard,
    Part,
    Since,
    Trail,
    UsageNow,
    WorkZone,
)
from .told import Told


class Client(Told):
    """Asks one site with one key (Sending); or is told (Told)."""

    def hazards(
        self,
        *,
        bbox: Bbox | None = None,
        circle: Circle | None = None,
        cell: str | None = None,
        at: str | None = None,
        **filters: Unpack[Filters],
    ) -> Iterator[Hazard]:
        """In a box, a circle (lon, lat, radius in metres) or a cell of H3; `at` an earlier time."""
        query = {**_area(bbox, circle, cell), "at": at, **filters}
        return cast(Iterator[Hazard], self._features("GET", "hazards", query))

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
        circle: Circle | None = None,
        cell: str | None = None,
        ended_since: str | None = None,
        min_probability: float = 0.0,
        simulated: bool | None = None,
    ) -> Iterator[WorkZone]:
        """Those that reach into an area, given as for `hazards`; all where there is none."""
        query = {
            **_area(bbox, circle, cell),
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

    def changes(self, *, since: Since = 0, **part: Unpack[Part]) -> Iterator[Change]:
        """All that is known by now, of a part of the map if one is given; go on later with the
        cursor of the last one, or of the last page (change_pages).

        Whoever follows the map takes the cursor of `change_pages(since="now")` first and reads it
        then (hazards): what changes meanwhile is told again, never lost.
        """
        for page in self.change_pages(since=since, **part):
            yield from page["changes"]

    def change_pages(self, *, since: Since = 0, **part: Unpack[Part]) -> Iterator[ChangePage]:
        """The same page by page: each has a `cursor` to go on from, one without changes too."""
        query = {"since": since, **part}
        return cast(Iterator[ChangePage], self._pages("GET", "changes", query))

    def history(self, hazard_id: str) -> Iterator[Change]:
        """What became of one hazard, change by change, also after it has gone."""
        for page in self._pages("GET", f"hazards/{hazard_id}/changes", {}):
            yield from cast(ChangePage, page)["changes"]

    def export(
        self,
        *,
        accept: str = "application/geo+json",
        bbox: Bbox | None = None,
        circle: Circle | None = None,
        cell: str | None = None,
        at: str | None = None,
        **filters: Unpack[Filters],
    ) -> Iterator[bytes]:
        """Everything in an area as a file, of `at` an earlier time: GeoJSON, NDJSON, CSV or
        GeoParquet, by media type.

        One that breaks off once it has begun raises httpx.TransportError.
        """
        query = {**_area(bbox, circle, cell), "at": at, **filters}
        with self._stream("hazards/export", query, {"Accept": accept}) as answer:
            yield from answer.iter_bytes()

    def cost(
        self,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        circle: Circle | None = None,
        **query: Any,
    ) -> Estimate:
        """What a question would cost with all its pages, for nothing; at least, unless `exact`.

        `units` are of the `meter`; what is paid beside them stands in `beside`.
        """
        method = "GET" if body is None else "POST"
        asked = {**_area(None, circle, None), **query, "explain": "cost"}
        return cast(Estimate, self._json(method, path, asked, body))

    def usage(self) -> UsageNow:
        """What was used and spent this month, what is left, and what the key may do. Free."""
        return cast(UsageNow, self._json("GET", "usage"))


def _area(bbox: Bbox | None, circle: Circle | None, cell: str | None) -> dict[str, Any]:
    lon, lat, radius_m = circle or (None, None, None)
    return {"bbox": bbox, "lon": lon, "lat": lat, "radius_m": radius_m, "cell": cell}
