"""One video as a drive: when it began, where it went, and the moments to send of it.

What the camera itself has measured goes before a GPX file beside the video, and that before others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Final

from hazardmap.footage.gopro import has_telemetry, read_track
from hazardmap.footage.gpx import GpxUnreadable, read_gpx
from hazardmap.footage.moments import Moment, moments
from hazardmap.footage.movie import Movie, read_movie
from hazardmap.footage.track import Fix, position_at
from hazardmap.footage.unusable import Broken, Unusable

_TAIL_S: Final = 0.5
"""Nothing is asked for so late: the last frame lies some time before what counts as the end."""
_LOOKED_AT: Final = 10
"""So many moments of a video are looked for in a GPX file before it is called another drive's."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the sender says of videos that do not say it.

    clock: the time zone in which the camera writes when a video was made; UTC as it should be.
    """

    clock: tzinfo | None = None
    taken_from: datetime | None = None
    every: timedelta = timedelta(seconds=1)
    track: Sequence[Fix] = ()


@dataclass(frozen=True, slots=True)
class Drive:
    """digest: the same for the same recording, and no other."""

    path: Path
    digest: bytes
    began_at: datetime
    track: Sequence[Fix]
    moments: Sequence[Moment]


def read_drive(path: Path, said: Said) -> Drive | Unusable:
    """A drive without moments shows a car that stood."""
    movie = read_movie(path)
    if isinstance(movie, Unusable):
        return movie
    lengths_s = [track.length_s for track in movie.tracks if track.handler == b"vide"]
    if not lengths_s:
        return Unusable("has no pictures")
    length_s = lengths_s[0] - _TAIL_S
    found = _own(path, movie) or _from_gpx(path, movie, length_s, said)
    if isinstance(found, Unusable):
        return found
    began_at, track = found
    chosen = moments(track, began_at=began_at, length_s=length_s, every=said.every)
    return Drive(path, movie.digest, began_at, track, chosen)


def _own(path: Path, movie: Movie) -> tuple[datetime, Sequence[Fix]] | Unusable | None:
    """The camera's own track; None where it has none."""
    try:
        found = read_track(path, movie)
    except Broken:
        return Unusable("has telemetry that cannot be read")
    except OSError as error:
        return Unusable(f"cannot be read: {error.strerror or error}")
    return None if found is None else (found.began_at, found.fixes)


def _from_gpx(
    path: Path, movie: Movie, length_s: float, said: Said
) -> tuple[datetime, Sequence[Fix]] | Unusable:
    try:
        track = _beside(path) or said.track
    except GpxUnreadable as error:
        return Unusable(str(error).removesuffix("."))
    if not track:
        what = "its camera had no fix" if has_telemetry(movie) else "has no track that we can read"
        return Unusable(f"{what}: give --gpx, or put {path.stem}.gpx beside it")
    began_at = said.taken_from or _created(movie, said.clock)
    if began_at is None:
        return Unusable("does not say when it began: give --taken-from")
    if not _covers(track, began_at, length_s):
        return Unusable(
            f"the GPX track knows no place at {began_at:%Y-%m-%d %H:%M:%S %Z}, when it should have "
            "begun: give --utc-offset of its clock, or --taken-from"
        )
    return began_at, track


def _beside(path: Path) -> Sequence[Fix]:
    """The fixes of the GPX file of the same name, if there is one. Raises GpxUnreadable."""
    files = (path.with_suffix(suffix) for suffix in (".gpx", ".GPX"))
    return next((read_gpx(file) for file in files if file.exists()), [])


def _created(movie: Movie, clock: tzinfo | None) -> datetime | None:
    made_at = movie.created_at
    return made_at if made_at is None or clock is None else made_at.replace(tzinfo=clock)


def _covers(track: Sequence[Fix], began_at: datetime, length_s: float) -> bool:
    steps = (timedelta(seconds=length_s * n / _LOOKED_AT) for n in range(_LOOKED_AT + 1))
    return any(position_at(track, began_at + step) is not None for step in steps)
