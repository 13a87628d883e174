"""Where somebody was at a time, from a GPX file that a receiver or a phone has written."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple
from xml.etree import ElementTree

from hazardmap.core.geometry.geodesy import between, moved

LONGEST_GAP: Final = timedelta(seconds=30)
"""Between fixes that are farther apart nobody knows the way."""


class GpxUnreadable(Exception):
    """The message is one sentence for people."""


class Fix(NamedTuple):
    at: datetime
    lon: float
    lat: float


def read_gpx(path: Path) -> list[Fix]:
    """The fixes of its tracks that have a time, in order of time. Raises GpxUnreadable."""
    fixes = []
    try:
        # The sender's own file; expat fetches no entity, and refuses those that grow.
        for point in ElementTree.parse(path).iterfind(".//{*}trkpt"):  # noqa: S314
            if text := point.findtext("{*}time"):
                at = datetime.fromisoformat(text.strip())
                lon, lat = float(point.attrib["lon"]), float(point.attrib["lat"])
                # GPX times are UTC, also where a writer has left out the Z.
                fixes.append(Fix(at.replace(tzinfo=at.tzinfo or UTC), lon, lat))
    except (ElementTree.ParseError, ValueError, KeyError, OSError) as error:
        raise GpxUnreadable(f"{path} cannot be read as GPX: {error}.") from error
    if not fixes:
        raise GpxUnreadable(f"{path} has no track with times.")
    return sorted(fixes)


def position_at(track: Sequence[Fix], at: datetime) -> tuple[float, float] | None:
    """Lon and lat on the straight way between two fixes; None where there are none close by."""
    after = bisect_left(track, at, key=lambda fix: fix.at)
    if after < len(track) and track[after].at == at:
        return track[after].lon, track[after].lat
    if not 0 < after < len(track):
        return None
    a, b = track[after - 1], track[after]
    if b.at - a.at > LONGEST_GAP:
        return None
    bearing_deg, distance_m = between(a.lon, a.lat, b.lon, b.lat)
    lon, lat, _ = moved(a.lon, a.lat, bearing_deg, distance_m * ((at - a.at) / (b.at - a.at)))
    return lon, lat
