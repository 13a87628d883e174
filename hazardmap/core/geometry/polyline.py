"""Google's encoded polyline algorithm format: a line as a short text.

Source: developers.google.com/maps/documentation/utilities/polylinealgorithm. Latitude comes first
in it; values are rounded to `precision` decimals (5; OSRM and Valhalla may send 6).
"""

from hazardmap.core.geometry.positions import Position, position_rule

PRECISIONS = (5, 6)


def decode(text: str, precision: int = 5) -> list[Position]:
    """The line's positions (lon, lat). Raises ValueError."""
    if precision not in PRECISIONS:
        raise ValueError("precision must be 5 or 6")
    steps = _steps(text)
    if len(steps) % 2:
        raise ValueError("ends in the middle of a position")
    unit = 10.0**precision
    positions: list[Position] = []
    lat = lon = 0
    for number in range(0, len(steps), 2):
        lat, lon = lat + steps[number], lon + steps[number + 1]
        position = lon / unit, lat / unit
        if rule := position_rule(*position):
            raise ValueError(f"position {number // 2} {rule}; is the precision {precision}?")
        positions.append(position)
    return positions


def _steps(text: str) -> list[int]:
    """Signed differences: groups of five bits, the smallest first, the sign in the lowest bit."""
    steps, value, shift = [], 0, 0
    for letter in text:
        bits = ord(letter) - 63
        if not 0 <= bits < 64 or shift > 30:
            raise ValueError("is no encoded polyline")
        value |= (bits & 31) << shift
        shift += 5
        if bits < 32:
            steps.append(~(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    if shift:
        raise ValueError("ends in the middle of a position")
    return steps
