"""Where and when a frame was taken: reading what a client says, and the rules it must meet."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Final

FUTURE_TOLERANCE: Final = timedelta(minutes=5)
# Phones without a stated accuracy: about the 68 % radius of a good fix among houses.
DEFAULT_ACCURACY_M: Final = 8.0
MAX_INTEGER: Final = 2**53
PROVENANCES: Final = ("camera", "position_simulated", "rendered")


@dataclass(frozen=True, slots=True)
class Fault:
    """One broken rule: the field it is about and what would be right.

    field: a member of the body, "" for all of it; those above it stand before it, each with a slash
    after it (RFC 6901 without its first slash). Or the name of a parameter or a header.
    """

    field: str
    rule: str


def member(name: str) -> str:
    """Any name, as it stands in the field of a fault."""
    return name.replace("~", "~0").replace("/", "~1")


@dataclass(frozen=True, slots=True)
class Georeference:
    """What is known of a frame's place and time; None where nobody said.

    lon, lat: degrees, WGS84. accuracy_m: one standard deviation per axis. heading_deg: 0..360
    from north. hfov_deg: horizontal field of view of the lens.
    """

    lon: float | None = None
    lat: float | None = None
    captured_at: datetime | None = None
    heading_deg: float | None = None
    speed_mps: float | None = None
    accuracy_m: float | None = None
    hfov_deg: float | None = None
    provenance: str | None = None

    def over(self, other: "Georeference") -> "Georeference":
        """This, with `other` where this says nothing. A position is taken whole or not at all."""
        names = [field.name for field in fields(self)]
        if self.lon is not None or self.lat is not None:
            names = [name for name in names if name not in {"lon", "lat", "accuracy_m"}]
        missing = {name: getattr(other, name) for name in names if getattr(self, name) is None}
        return replace(self, **missing)


@dataclass(frozen=True, slots=True)
class Place:
    """A georeference that meets every rule. accuracy_m > 0; heading_deg in [0, 360)."""

    lon: float
    lat: float
    captured_at: datetime
    heading_deg: float | None
    speed_mps: float | None
    accuracy_m: float
    hfov_deg: float | None
    provenance: str


def read_metadata(data: Mapping[str, object]) -> tuple[Georeference, list[Fault]]:
    """Metadata as JSON gives it; what has the wrong type or an unknown name becomes a fault."""
    known = {field.name for field in fields(Georeference)}
    values: dict[str, object] = {}
    faults = []
    for name, value in data.items():
        if name not in known:
            faults.append(_fault(name, f"unknown; known are {', '.join(sorted(known))}"))
        elif value is None:
            continue
        elif name == "captured_at":
            moment = _moment(value)
            if moment is None:
                faults.append(_fault(name, "must be an ISO 8601 time with a time zone"))
            values[name] = moment
        elif name == "provenance":
            if value not in PROVENANCES:
                faults.append(_fault(name, f"must be one of {', '.join(PROVENANCES)}"))
            values[name] = value
        elif isinstance(value, bool) or not isinstance(value, int | float):
            faults.append(_fault(name, "must be a number"))
        elif isinstance(value, int) and abs(value) > MAX_INTEGER:
            faults.append(_fault(name, "is far out of range"))
        else:
            values[name] = float(value)
    return Georeference(**values), faults  # type: ignore[arg-type]  # checked name by name above


def checked(said: Georeference, *, now: datetime, max_age: timedelta) -> Place | list[Fault]:
    """The place and time of a frame that may be stored, or every rule that they break."""
    faults = [
        *_position_faults(said.lon, said.lat),
        *_time_faults(said.captured_at, now, max_age),
        *_range_fault("heading_deg", said.heading_deg, 0.0, 360.0),
        *_range_fault("speed_mps", said.speed_mps, 0.0, 150.0),
        *_range_fault("accuracy_m", said.accuracy_m, 0.0, 5_000.0),
        *_range_fault("hfov_deg", said.hfov_deg, 20.0, 170.0),
    ]
    if faults or said.lon is None or said.lat is None or said.captured_at is None:
        return faults
    return Place(
        lon=said.lon,
        lat=said.lat,
        captured_at=said.captured_at,
        heading_deg=None if said.heading_deg is None else said.heading_deg % 360,
        speed_mps=said.speed_mps,
        accuracy_m=said.accuracy_m or DEFAULT_ACCURACY_M,
        hfov_deg=said.hfov_deg,
        provenance=said.provenance or PROVENANCES[0],
    )


def _position_faults(lon: float | None, lat: float | None) -> list[Fault]:
    if lon is None and lat is None:
        return _both("missing: neither the metadata nor the EXIF has a position")
    if lon is None or lat is None:
        return [_fault("lon" if lon is None else "lat", "missing: a position needs lon and lat")]
    faults = [*_range_fault("lat", lat, -90.0, 90.0), *_range_fault("lon", lon, -180.0, 180.0)]
    if not faults and lon == 0 and lat == 0:
        return _both("the position is exactly 0/0, which no receiver measures")
    return faults


def _both(rule: str) -> list[Fault]:
    return [_fault("lon", rule), _fault("lat", rule)]


def _time_faults(moment: datetime | None, now: datetime, max_age: timedelta) -> list[Fault]:
    if moment is None:
        return [_fault("captured_at", "missing: neither the metadata nor the EXIF has a UTC time")]
    if moment > now + FUTURE_TOLERANCE:
        return [_fault("captured_at", "is more than 5 minutes in the future")]
    if moment < now - max_age:
        return [_fault("captured_at", f"is older than {max_age.days} days")]
    return []


def _range_fault(name: str, value: float | None, low: float, high: float) -> list[Fault]:
    if value is None or (math.isfinite(value) and low <= value <= high):
        return []
    return [_fault(name, f"must be from {low:g} to {high:g}")]


def _fault(name: str, rule: str) -> Fault:
    """Metadata are a part of an upload."""
    return Fault(f"metadata/{member(name)}", rule)


def _moment(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return None if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
