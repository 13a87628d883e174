"""Calls of the API to paste, with the reader's own key in them."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from django.http import HttpRequest
from django.utils.translation import gettext as _

from hazardmap.core.geometry.bbox import Bbox, wrapped
from hazardmap.hazards.selectors import first_look
from hazardmap.platform.code_samples import Call, Sample, Token, samples_of

ANYWHERE: Final = (24.9, 60.1, 25.0, 60.2)


class Operation(NamedTuple):
    """name: for a link. body: JSON of a POST, None of a GET."""

    name: str
    title: str
    text: str
    path: str
    body: Any = None
    accept: str = ""


def first_call(request: HttpRequest, key: str | None) -> str:
    """With curl, for the hazards of a place where there are some. key: a whole token, or what of
    it may be shown."""
    whole = key or "hm_key_…"
    path = f"/api/v1/hazards?bbox={_box(_bounds())}"
    return _examples(request, Operation("", "", "", path), _token(whole))[0].code


def snippets(request: HttpRequest, key: str) -> list[tuple[Operation, tuple[Sample, ...]]]:
    """Every operation with its code. key: what of it may be shown."""
    return [(one, _examples(request, one, _token(key))) for one in _operations()]


def _examples(request: HttpRequest, one: Operation, token: Token) -> tuple[Sample, ...]:
    return samples_of(
        Call(
            "get" if one.body is None else "post",
            request.build_absolute_uri(one.path),
            token=token,
            headers={"Accept": one.accept} if one.accept else {},
            body=one.body,
        )
    )


def _operations() -> Iterator[Operation]:
    bounds = west, south, east, north = _bounds()
    lon, lat = wrapped(west + (east - west) % 360.0 / 2), (south + north) / 2
    line = [[round(west, 4), round(south, 4)], [round(east, 4), round(north, 4)]]
    yield Operation(
        "hazards",
        _("Hazards in a box"),
        _("Each with a probability that fades; where there are more, a link goes on."),
        f"/api/v1/hazards?bbox={_box(bounds)}",
    )
    yield Operation(
        "along",
        _("Along a route"),
        _("In the order of driving, with distance and side of the road."),
        "/api/v1/hazards/along-route?corridor_m=30",
        {"type": "LineString", "coordinates": line},
    )
    yield Operation(
        "ahead",
        _("Ahead of a vehicle"),
        _("The nearest first."),
        f"/api/v1/hazards/ahead?lon={lon:.4f}&lat={lat:.4f}&heading_deg=0&speed_mps=20",
    )
    yield Operation(
        "changes",
        _("What has changed"),
        _("Complete and in order; go on at the cursor that you got last."),
        "/api/v1/changes?since=0",
    )
    yield Operation(
        "export",
        _("A whole area as CSV"),
        _("By the megabyte; also as GeoJSON, NDJSON or GeoParquet, as Accept says."),
        f"/api/v1/hazards/export?bbox={_box(bounds)}",
        accept="text/csv",
    )
    yield Operation(
        "tiles",
        _("Map tiles"),
        _("TileJSON with addresses of your own, for MapLibre, QGIS or GDAL."),
        "/tiles/v1/hazards.json",
    )


def _token(key: str) -> Token:
    """A whole token, or the public part of a key and that a secret belongs behind it."""
    shell = key if len(key) > 70 else f"{key.rstrip('_…')}_…"
    return Token(shell, "${process.env.HAZARDMAP_KEY}", "{os.environ['HAZARDMAP_KEY']}")


def _bounds() -> Bbox:
    return first_look() or ANYWHERE


def _box(bounds: Bbox) -> str:
    """A little wider than what is on the map, so that the first answer is not empty."""
    west, south, east, north = bounds
    sides = max(-180, west - 0.01), max(-90, south - 0.01), min(180, east + 0.01), north + 0.01
    return ",".join(f"{side:.3f}" for side in sides)
