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
    """The fixes of its tracks that have a time, in order of time. Raises GpxUnreadable.

    A point that cannot be read costs only itself, and a file that was cut off, as where a receiver
    lost its power, only what is missing.
    """
    fixes: list[Fix] = []
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise GpxUnreadable(f"{path} is larger than {LARGEST_BYTES // 1_000_000} MB.")
        # expat fetches no entity, and refuses those that grow.
        for _, element in ElementTree.iterparse(path):  # noqa: S314 - the sender's own file
            if element.tag.rpartition("}")[2] == "trkpt":
                fixes += filter(None, [_fix(element)])
                element.clear()
    except ElementTree.ParseError as error:
        if not fixes:
            raise GpxUnreadable(f"{path} cannot be read as GPX: {error}.") from error
    except (ValueError, LookupError, OSError) as error:
        raise GpxUnreadable(f"{path} cannot be read as GPX: {error}.") from error
    if not fixes:
        raise GpxUnreadable(f"{path} has no track with places and times that can be read.")
    return sorted(fixes)


def _fix(point: ElementTree.Element) -> Fix | None:
    try:
        at = datetime.fromisoformat(point.findtext("{*}time", "").strip())
        lon, lat = float(point.attrib["lon"]), float(point.attrib["lat"])
        check_position(lon, lat)
    except (ValueError, LookupError):
        return None
    if (lon, lat) == (0, 0):
        return None  # a receiver that does not know yet where it is
    # GPX times are UTC, also where a writer has left out the Z.
    return Fix(at.replace(tzinfo=at.tzinfo or UTC), lon, lat)
