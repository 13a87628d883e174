"""Reading a map section from a query string."""

from math import isfinite


class BboxError(ValueError):
    """The text is no map section; the message says why."""


def parse_bbox(text: str) -> tuple[float, float, float, float]:
    """(west, south, east, north) in degrees; west > east crosses the antimeridian (RFC 7946, 5.2).

    Raises BboxError.
    """
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise BboxError("bbox must be four numbers: west,south,east,north.") from None
    if not all(isfinite(value) for value in (west, south, east, north)):
        raise BboxError("bbox must be four finite numbers.")
    if not (-180 <= west <= 180 and -180 <= east <= 180):
        raise BboxError("bbox: west and east must lie in -180..180.")
    if not -90 <= south < north <= 90:
        raise BboxError("bbox: south must be less than north, both in -90..90.")
    if west == east:
        raise BboxError("bbox: west and east must differ.")
    return west, south, east, north
