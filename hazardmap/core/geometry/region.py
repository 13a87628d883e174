"""Regions with any outline, read from GeoJSON: sides are straight in degrees (RFC 7946, 3.1.1)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

from hazardmap.core.geometry.bbox import Bbox, wrapped
from hazardmap.core.geometry.positions import Position, geometry_of, read_position

MAX_POSITIONS: Final = 10_000
_PLACE: Final = re.compile(r"^(.*)\[(\S+) (\S+)\]$")
_WORLDS: Final = (-360.0, 0.0, 360.0)


@dataclass(frozen=True, slots=True)
class Region:
    """wkb: a valid multipolygon in degrees, longitudes within ±180, cut at the antimeridian.

    Its outer rings go against the clock and its holes with it (RFC 7946, 3.1.6).
    """

    wkb: bytes


def read_region(value: object) -> Region:
    """A Polygon or MultiPolygon, or what `geometry_of` takes it from.

    A side that spans more than 180° of longitude is taken the short way, across the antimeridian;
    one from −180 to 180 is the whole parallel. Raises ValueError, naming the place.
    """
    geometry = geometry_of(value)
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind not in ("Polygon", "MultiPolygon"):
        raise ValueError("must be a GeoJSON Polygon or MultiPolygon")
    parts = [coordinates] if kind == "Polygon" else coordinates
    if not isinstance(parts, list) or not parts:
        raise ValueError("has no coordinates")
    _check_size(parts)
    whole = shapely.MultiPolygon([_polygon(part) for part in parts])
    if not whole.is_valid:
        raise ValueError(_reason(whole))
    return region_of(whole)


def region_of_box(bbox: Bbox) -> Region:
    """west > east crosses the antimeridian. Raises ValueError on a box without any area."""
    west, south, east, north = bbox
    whole = shapely.box(west, south, east + 360.0 if west > east else east, north)
    if not whole.area > 0.0:
        raise ValueError("has no extent: west and east, and south and north, must differ")
    return region_of(whole)


def region_of(whole: BaseGeometry) -> Region:
    """A valid area whose longitudes may reach beyond ±180."""
    world = shapely.box(-180.0, -90.0, 180.0, 90.0)
    cut = [translate(whole, shift).intersection(world) for shift in _WORLDS]
    pieces = [piece for one in cut for piece in shapely.get_parts(one) if piece.area > 0]
    return Region(shapely.orient_polygons(shapely.MultiPolygon(pieces)).wkb)


def _check_size(parts: Sequence[object]) -> None:
    rings = [ring for part in parts if isinstance(part, list) for ring in part]
    positions = sum(len(ring) for ring in rings if isinstance(ring, list))
    if positions > MAX_POSITIONS:
        raise ValueError(f"has {positions} positions; at most {MAX_POSITIONS} are taken")


def _polygon(value: object) -> shapely.Polygon:
    if not isinstance(value, list) or not value:
        raise ValueError("a polygon must be a list of rings")
    shell, *holes = [_ring(ring) for ring in value]
    west = shell[:, 0].min()
    for hole in holes:
        hole[:, 0] += 360.0 * np.ceil((west - hole[:, 0].min()) / 360.0 - 1e-12)
    return shapely.Polygon(shell, holes)


def _ring(value: object) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    """Positions (n, 2) of which none is more than 180° of longitude away from the one before."""
    if not isinstance(value, list) or len(value) < 4:
        raise ValueError("a ring needs four positions, of which the last repeats the first")
    ring = np.array([_position(one, number) for number, one in enumerate(value)])
    if tuple(ring[0]) != tuple(ring[-1]):
        raise ValueError(f"a ring that begins at {_said(ring[0])} ends at {_said(ring[-1])}")
    step = np.diff(ring[:, 0])
    across = (np.abs(step) > 180.0) & (np.abs(step) < 360.0)
    ring[1:, 0] -= 360.0 * np.cumsum(np.where(across, np.sign(step), 0.0))
    if ring[0, 0] != ring[-1, 0]:
        raise ValueError(
            f"the ring that begins at {_said(ring[0])} goes around a pole: cut it at the "
            "antimeridian (RFC 7946, 3.1.9)"
        )
    return ring


def _position(value: object, number: int) -> Position:
    try:
        return read_position(value)
    except ValueError as error:
        raise ValueError(f"position {number} of a ring {error}") from None


def _reason(broken: shapely.MultiPolygon) -> str:
    """GEOS's own words and where it is, since nobody finds it among a thousand positions."""
    reason = shapely.is_valid_reason(broken)
    if match := _PLACE.match(reason):
        words, lon, lat = match.groups()
        place = wrapped(float(lon)), float(lat)
        return f"is broken near {_said(place)}: {words.lower()}"
    return f"is broken: {reason.lower()}"


def _said(place: Sequence[float]) -> str:
    return f"[{place[0]:.7g}, {place[1]:.7g}]"
