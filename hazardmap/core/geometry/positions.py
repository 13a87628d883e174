"""Positions in degrees as programs send them: two or three finite numbers, longitude first."""

import math

Position = tuple[float, float]
"""(lon, lat)."""


def position_rule(lon: float, lat: float) -> str | None:
    """Why these are no longitude and latitude; None if they are."""
    if not (math.isfinite(lon) and math.isfinite(lat)):
        return "must be finite numbers"
    if abs(lon) <= 180 and abs(lat) <= 90:
        return None
    if abs(lon) <= 90 and abs(lat) <= 180:
        return f"has latitude {lat:g}, beyond ±90: the order is longitude, latitude"
    return f"({lon:g}, {lat:g}) is no position: longitude is within ±180 and latitude within ±90"


def read_position(value: object) -> Position:
    """A position of GeoJSON (RFC 7946, 3.1.1); a height is left out. Raises ValueError."""
    if not isinstance(value, list) or not 2 <= len(value) <= 3:
        raise ValueError("must be [longitude, latitude]")
    if not all(type(number) in {int, float} for number in value):
        raise ValueError("must be numbers")
    try:
        lon, lat = float(value[0]), float(value[1])
    except OverflowError:
        lon = lat = math.inf
    if rule := position_rule(lon, lat):
        raise ValueError(rule)
    return lon, lat


def geometry_of(value: object) -> dict[str, object]:
    """The geometry of a GeoJSON object, of a Feature, or of the one Feature of a collection.

    Raises ValueError.
    """
    if isinstance(value, dict) and value.get("type") == "FeatureCollection":
        features = value.get("features")
        if not isinstance(features, list) or len(features) != 1:
            raise ValueError("must have exactly one Feature where it is a FeatureCollection")
        value = features[0]
    if isinstance(value, dict) and value.get("type") == "Feature":
        value = value.get("geometry")
    if not isinstance(value, dict):
        raise ValueError("must be a GeoJSON object")
    return value
