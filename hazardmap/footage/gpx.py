"""Where somebody was, from a GPX file that a receiver or a phone has written."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from hazardmap.core.geometry.geodesy import check_position
from hazardmap.footage.track import Fix

LARGEST_BYTES: Final = 100_000_000
"""A week of a fix a second."""


class GpxUnreadable(Exception):
    """The message is one sentence for people."""


def read_gpx(path: Path) -> list[Fix]:
    """The fixes of its tracks that have a time, in order of time. Raises GpxUnreadable."""
    fixes = []
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise GpxUnreadable(f"{path} is larger than {LARGEST_BYTES // 1_000_000} MB.")
        # The sender's own file; expat fetches no entity, and refuses those that grow.
        for point in ElementTree.parse(path).iterfind(".//{*}trkpt"):  # noqa: S314
            if text := point.findtext("{*}time"):
                at = datetime.fromisoformat(text.strip())
                lon, lat = float(point.attrib["lon"]), float(point.attrib["lat"])
                check_position(lon, lat)
                # GPX times are UTC, also where a writer has left out the Z.
                fixes.append(Fix(at.replace(tzinfo=at.tzinfo or UTC), lon, lat))
    except (ElementTree.ParseError, ValueError, LookupError, OSError) as error:
        raise GpxUnreadable(f"{path} cannot be read as GPX: {error}.") from error
    if not fixes:
        raise GpxUnreadable(f"{path} has no track with times.")
    return sorted(fixes)
