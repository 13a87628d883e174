"""A section of the map as text and as numbers."""

import math

Bbox = tuple[float, float, float, float]
"""West, south, east, north in degrees; west > east crosses the antimeridian (RFC 7946, 5.2)."""


def parts(bbox: Bbox) -> list[Bbox]:
    """The box, or the two on the sides of the antimeridian that it crosses."""
    west, south, east, north = bbox
    if west > east:
        return [(west, south, 180.0, north), (-180.0, south, east, north)]
    return [bbox]


def holds(bbox: Bbox, lon: float, lat: float) -> bool:
    """Whether a place lies in a box or on its sides."""
    west, south, east, north = bbox
    if not south <= lat <= north:
        return False
    return west <= lon <= east if west <= east else lon >= west or lon <= east


def wrapped(lon: float) -> float:
    """The same meridian from -180 up to, but not including, 180."""
    return (lon + 180.0) % 360.0 - 180.0


def parse_bbox(text: str) -> Bbox:
    """Read "west,south,east,north". Raises ValueError with the rule that is broken."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise ValueError("must be west,south,east,north in degrees") from None
    if not all(math.isfinite(side) for side in (west, south, east, north)):
        raise ValueError("must be finite numbers")
    if max(abs(west), abs(east)) <= 90 < max(abs(south), abs(north)) <= 180:
        raise ValueError("latitudes must be from -90 to 90: the order is longitude, latitude")
    if not (-180 <= west <= 180 and -180 <= east <= 180):
        raise ValueError("longitudes must be from -180 to 180")
    if not -90 <= south <= north <= 90:
        raise ValueError("latitudes must be from -90 to 90, south first")
    return west, south, east, north
