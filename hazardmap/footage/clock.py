"""When a video began, in UTC: by the clock of its camera, and by what its sender says of that."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from statistics import median_low
from typing import Final

from hazardmap.footage.movie import Movie
from hazardmap.footage.telemetry import Reading
from hazardmap.footage.unusable import Unusable

AGREE: Final = timedelta(seconds=2)
_SAME: Final = timedelta(minutes=5)
"""A camera's own clock is off by so much; time zones are a quarter of an hour apart."""
_NAMED: Final = re.compile(r"(?<!\d)(20\d\d)[_-]?" + r"(\d\d)[_-]?" * 4 + r"(\d\d)(?!\d)")

UNDATED: Final = Unusable("does not say when it began: give --taken-from")
UNKNOWN_ZONE: Final = Unusable(
    "its camera's clock may show local time: give --utc-offset of it, such as +02:00 or +00:00"
)


def satellites_began(readings: Sequence[Reading]) -> datetime | Unusable | None:
    """What most readings agree on, as one may be off; None where none has a clock."""
    began = [one.clock - timedelta(seconds=one.at_s) for one in readings if one.clock is not None]
    if not began:
        return None
    began_at = median_low(began)
    if 2 * sum(abs(one - began_at) <= AGREE for one in began) < len(began):
        return Unusable("its clock does not go as its pictures do, as in a time lapse")
    return began_at


def camera_began(
    began_at: datetime | None, path: Path, movie: Movie, zone: tzinfo | None
) -> datetime | Unusable:
    """By a clock that may show local time, or where that is None by when the file was made.

    Novatek's cameras write UTC or local time, as their maker and their settings have it, and say
    nowhere which. zone: that of what the camera shows, which its name of the file is, and often
    the time at which it was made. A name that is ahead by just the zone means UTC, one that says
    the same means local time; anything else is refused rather than guessed.
    """
    if zone is None:
        return UNKNOWN_ZONE
    if began_at is None:
        return UNDATED if movie.created_at is None else movie.created_at.replace(tzinfo=zone)
    local = began_at.replace(tzinfo=zone)
    ahead = began_at - local
    named_at = _named(path)
    shown_at = named_at or movie.created_at
    if shown_at is not None and abs(shown_at - began_at - ahead) <= _SAME:
        return began_at
    if named_at is not None and abs(named_at - began_at) <= _SAME:
        return local
    return Unusable(
        "cannot be dated: neither its name nor the time at which it was made fits its positions "
        "and --utc-offset; give --taken-from"
    )


def _named(path: Path) -> datetime | None:
    """As cameras name a video when it begins: 20261128_120000, or 2026_1128_120000."""
    found = _NAMED.search(path.stem)
    if found is None:
        return None
    try:
        return datetime.strptime("".join(found.groups()) + "+0000", "%Y%m%d%H%M%S%z")
    except ValueError:
        return None
